-- The two logins that CafeRoam's processes use. Run it once `manage.py migrate` has been there, as the login that ran the
-- migrations (on Supabase: postgres; `make run` does the same on a laptop as caferoam_owner):
--
--     psql "$OWNER_DATABASE_URL" --set ON_ERROR_STOP=1 --file ops/roles.sql
--     psql "$OWNER_DATABASE_URL" --command '\password caferoam_api' --command '\password caferoam_worker'
--
-- A login without a password cannot sign in, so the second line is needed once, and again to change a password.
-- \password sends only a hash; an SQL editor without it has ALTER ROLE caferoam_api PASSWORD '…'.
-- Running the file again changes nothing.

DO $$
DECLARE
    login text;
BEGIN
    FOREACH login IN ARRAY ARRAY['caferoam_api', 'caferoam_worker'] LOOP
        IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = login) THEN
            EXECUTE format('CREATE ROLE %I', login);
        END IF;
    END LOOP;
END $$;

-- The API: anon until a request binds its member, and the rights of neither by inheritance. The limits bound what one
-- request may cost: a statement five seconds, a forgotten transaction ten.
ALTER ROLE caferoam_api LOGIN NOINHERIT NOCREATEDB NOCREATEROLE;
GRANT anon, authenticated TO caferoam_api;
ALTER ROLE caferoam_api SET role = 'anon';
ALTER ROLE caferoam_api SET search_path = "$user", public, extensions;  -- where Supabase keeps vector's types
ALTER ROLE caferoam_api SET statement_timeout = '5s';
ALTER ROLE caferoam_api SET idle_in_transaction_session_timeout = '10s';

-- Workers, relay, beat, admin and management commands.
ALTER ROLE caferoam_worker LOGIN INHERIT NOCREATEDB NOCREATEROLE;
GRANT service_role TO caferoam_worker;
ALTER ROLE caferoam_worker SET role = 'service_role';
ALTER ROLE caferoam_worker SET search_path = "$user", public, extensions;
-- A process that hangs inside a transaction keeps its locks, and keeps what was deleted from being cleared away. Nothing
-- waits for another service or an operator while a transaction is open, so a minute without a statement is such a hang.
ALTER ROLE caferoam_worker SET idle_in_transaction_session_timeout = '60s';
-- The relay tells how long the oldest transaction of any login has been open, which needs a look at all sessions. On
-- Supabase the owner may give that. Where it may not, the workers' own sessions are told.
DO $$
BEGIN
    GRANT pg_monitor TO caferoam_worker;
EXCEPTION
    WHEN insufficient_privilege THEN
        RAISE NOTICE 'the age of other logins'' transactions will not be told: % may not grant pg_monitor', current_user;
END $$;
