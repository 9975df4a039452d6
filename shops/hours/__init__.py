"""When cafés are open: minutes of the week, and what free text says of them. Pure: no database, no clock."""
