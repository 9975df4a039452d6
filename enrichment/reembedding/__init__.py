"""Changing the model whose vectors are searched, while search goes on with the old ones.

``active`` is the model that is searched, ``building`` fills the next one's vectors through jobs, ``calibrating`` finds
out how to read them, ``switching`` lets search go over to them at once. ``manage.py reembed`` drives it.
"""
