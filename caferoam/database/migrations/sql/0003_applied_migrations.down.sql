DROP FUNCTION private.applied_migrations();
