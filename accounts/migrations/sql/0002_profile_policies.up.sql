-- A profile is private: its member reads it, nobody else. Writing comes with the routes that need it.
ALTER TABLE profiles
    ADD CONSTRAINT profiles_auth_user_fkey FOREIGN KEY (id) REFERENCES auth.users (id) ON DELETE CASCADE;

ALTER TABLE profiles ENABLE ROW LEVEL SECURITY;
REVOKE ALL ON profiles FROM anon, authenticated;
GRANT SELECT ON profiles TO authenticated;
CREATE POLICY profiles_select ON profiles FOR SELECT TO authenticated
    USING (id = (SELECT auth.uid()));

-- Asked in the statement that binds a request to its member, when no identity is bound yet: hence SECURITY DEFINER.
CREATE FUNCTION private.is_active(member uuid) RETURNS boolean
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
    SELECT NOT EXISTS (SELECT FROM public.profiles WHERE id = member AND deactivated_at IS NOT NULL)
$$;
REVOKE ALL ON FUNCTION private.is_active(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION private.is_active(uuid) TO anon, authenticated;
