DROP FUNCTION private.is_active(uuid);
DROP POLICY profiles_select ON profiles;
REVOKE ALL ON profiles FROM authenticated;
ALTER TABLE profiles DISABLE ROW LEVEL SECURITY;
ALTER TABLE profiles DROP CONSTRAINT profiles_auth_user_fkey;
