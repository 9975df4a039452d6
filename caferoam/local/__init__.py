"""The laptop: embedded PostgreSQL and Valkey, a stand-in for Supabase's sign-in, the supervisor behind ``make run``.

Nothing here runs in production. Modules that start or find the stack import no Django, so that ``manage.py`` can ask
them where the database is before the settings are read.
"""
