"""Proof that no member reaches what is another's: every route and every table, asked by everybody.

``routes.py`` and ``tables.py`` say what is to be expected. What is there is read from the URLconf and the database's
catalogue, so that one of which nothing is said fails a test.
"""
