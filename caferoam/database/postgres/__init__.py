"""The database engine of the settings: Django's own for PostgreSQL, but for one habit."""
