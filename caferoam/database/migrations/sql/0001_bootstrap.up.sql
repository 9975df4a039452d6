-- What Supabase has and plain Postgres lacks, created only where absent, so that every later file runs on both.
DO $$
DECLARE
    wanted text;
BEGIN
    FOREACH wanted IN ARRAY ARRAY['anon', 'authenticated', 'service_role'] LOOP
        IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = wanted) THEN
            BEGIN
                EXECUTE format('CREATE ROLE %I NOLOGIN %s', wanted, CASE wanted WHEN 'service_role' THEN 'BYPASSRLS' ELSE '' END);
            EXCEPTION WHEN duplicate_object OR unique_violation THEN
                NULL;  -- roles belong to the cluster: another database's migration made it in this very moment
            END;
        END IF;
        IF NOT pg_has_role(current_user, wanted, 'USAGE') THEN
            EXECUTE format('GRANT %I TO CURRENT_USER', wanted);
        END IF;
    END LOOP;

    IF to_regnamespace('auth') IS NULL THEN
        CREATE SCHEMA auth;
        CREATE TABLE auth.users (
            id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
            email text,
            created_at timestamptz NOT NULL DEFAULT now()
        );
        ALTER TABLE auth.users ENABLE ROW LEVEL SECURITY;
        CREATE UNIQUE INDEX users_email_key ON auth.users (lower(email));
        GRANT USAGE ON SCHEMA auth TO anon, authenticated, service_role;
        GRANT SELECT, INSERT, UPDATE, DELETE ON auth.users TO service_role;
    END IF;

    IF to_regprocedure('auth.uid()') IS NULL THEN
        -- Custom settings read '' after a commit, never NULL again: hence nullif.
        CREATE FUNCTION auth.uid() RETURNS uuid LANGUAGE sql STABLE SET search_path = '' AS
            $f$ SELECT (nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub')::uuid $f$;
        GRANT EXECUTE ON FUNCTION auth.uid() TO anon, authenticated, service_role;
    END IF;

    -- Supabase keeps extensions in a schema of their own; elsewhere they stand in public.
    IF NOT EXISTS (SELECT FROM pg_catalog.pg_extension WHERE extname = 'vector') THEN
        EXECUTE format(
            'CREATE EXTENSION vector SCHEMA %I', CASE WHEN to_regnamespace('extensions') IS NULL THEN 'public' ELSE 'extensions' END
        );
    END IF;
END $$;

CREATE SCHEMA IF NOT EXISTS private;
REVOKE ALL ON SCHEMA private FROM PUBLIC;
GRANT USAGE ON SCHEMA private TO anon, authenticated, service_role;  -- functions there are granted one by one

REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO anon, authenticated, service_role;

-- Nobody gets anything by default but the workers. Only the form without IN SCHEMA takes PUBLIC's EXECUTE away.
ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE ALL ON TABLES FROM anon, authenticated;
ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE ALL ON SEQUENCES FROM anon, authenticated;
ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE ALL ON FUNCTIONS FROM anon, authenticated;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO service_role;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO service_role;
ALTER DEFAULT PRIVILEGES IN SCHEMA private GRANT EXECUTE ON FUNCTIONS TO service_role;

-- Django made this one before any migration could run.
ALTER TABLE django_migrations ENABLE ROW LEVEL SECURITY;
REVOKE ALL ON django_migrations FROM anon, authenticated;
GRANT SELECT ON django_migrations TO service_role;
