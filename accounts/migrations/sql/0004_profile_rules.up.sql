-- A member makes and keeps their own profile. What stands for a consent changes only by a consent.
GRANT INSERT (id, display_name, locale), UPDATE (display_name, locale, avatar_upload_id) ON profiles TO authenticated;
CREATE POLICY profiles_insert ON profiles FOR INSERT TO authenticated WITH CHECK (id = (SELECT auth.uid()));
CREATE POLICY profiles_update ON profiles FOR UPDATE TO authenticated
    USING (id = (SELECT auth.uid())) WITH CHECK (id = (SELECT auth.uid()));

ALTER TABLE consents ADD CONSTRAINT consents_user_id_fkey FOREIGN KEY (user_id) REFERENCES profiles (id) ON DELETE CASCADE;
ALTER TABLE consents ENABLE ROW LEVEL SECURITY;
REVOKE ALL ON consents FROM anon, authenticated;
GRANT SELECT, INSERT (user_id, kind, granted, version, locale, source) ON consents TO authenticated;
CREATE POLICY consents_select ON consents FOR SELECT TO authenticated USING (user_id = (SELECT auth.uid()));
CREATE POLICY consents_insert ON consents FOR INSERT TO authenticated
    WITH CHECK (user_id = (SELECT auth.uid()) AND source IN ('sign_up', 'profile'));

CREATE FUNCTION private.heed_consent_v1() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$ BEGIN
    UPDATE public.profiles AS p SET
        email_opt_in = CASE NEW.kind WHEN 'weekly_email' THEN NEW.granted ELSE p.email_opt_in END,
        pdpa_consent_at = CASE
            WHEN NEW.kind <> 'service' THEN p.pdpa_consent_at
            WHEN NEW.granted THEN coalesce(p.pdpa_consent_at, NEW.at)
        END
    WHERE p.id = NEW.user_id;
    RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION private.heed_consent_v1() FROM PUBLIC;
CREATE TRIGGER heed_consent AFTER INSERT ON consents FOR EACH ROW EXECUTE FUNCTION private.heed_consent_v1();

CREATE FUNCTION private.keep_consents_v1() RETURNS trigger LANGUAGE plpgsql SET search_path = '' AS $$ BEGIN
    RAISE EXCEPTION 'Consents are only ever added.' USING ERRCODE = 'check_violation', CONSTRAINT = 'consents_append_only';
END $$;
REVOKE ALL ON FUNCTION private.keep_consents_v1() FROM PUBLIC;
CREATE TRIGGER keep_consents BEFORE UPDATE ON consents FOR EACH ROW EXECUTE FUNCTION private.keep_consents_v1();

ALTER TABLE user_roles ADD CONSTRAINT user_roles_user_id_fkey FOREIGN KEY (user_id) REFERENCES profiles (id) ON DELETE CASCADE;
ALTER TABLE user_roles ENABLE ROW LEVEL SECURITY;
REVOKE ALL ON user_roles FROM anon, authenticated;
GRANT SELECT ON user_roles TO authenticated;
CREATE POLICY user_roles_select ON user_roles FOR SELECT TO authenticated USING (user_id = (SELECT auth.uid()));

-- What the token's owner may do, asked in the statement that binds a request to its member, when no identity is bound
-- yet: hence SECURITY DEFINER.
CREATE FUNCTION private.member_state_v1(member uuid) RETURNS text
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
    SELECT CASE
        WHEN EXISTS (SELECT FROM public.account_deletions WHERE user_id = member AND cancelled_at IS NULL)
            THEN 'deletion_pending'
        WHEN EXISTS (SELECT FROM public.profiles WHERE id = member AND deactivated_at IS NOT NULL) THEN 'deactivated'
        WHEN EXISTS (SELECT FROM public.profiles WHERE id = member AND pdpa_consent_at IS NOT NULL) THEN 'active'
        ELSE 'consent_required'
    END
$$;
REVOKE ALL ON FUNCTION private.member_state_v1(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION private.member_state_v1(uuid) TO anon, authenticated;

-- Addresses are kept by Supabase Auth alone. Operators need them to find who has written to them, and to answer.
CREATE FUNCTION private.member_email_v1(member uuid) RETURNS text
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
    SELECT u.email::text FROM auth.users AS u WHERE u.id = member
$$;
REVOKE ALL ON FUNCTION private.member_email_v1(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION private.member_email_v1(uuid) TO service_role;
CREATE FUNCTION private.members_with_email_v1(wanted text) RETURNS uuid[]
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
    SELECT coalesce(array_agg(u.id), '{}') FROM auth.users AS u WHERE lower(u.email) = lower(wanted)
$$;
REVOKE ALL ON FUNCTION private.members_with_email_v1(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION private.members_with_email_v1(text) TO service_role;
