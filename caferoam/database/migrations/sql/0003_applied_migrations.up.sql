-- What /readyz compares with the code's own migrations: names only. The table itself stays closed to the API's login.
CREATE FUNCTION private.applied_migrations() RETURNS TABLE (app text, name text)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
    SELECT applied.app::text, applied.name::text FROM public.django_migrations AS applied
$$;
REVOKE ALL ON FUNCTION private.applied_migrations() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION private.applied_migrations() TO anon;
