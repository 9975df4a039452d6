"""When cafés are open: minutes of the week, and what texts say of them. Pure but for ``desk``, the curators' form."""
