-- Django's own tables behind the admin: operators, their sessions, what they did. Password hashes are among it, so nobody
-- but the workers' login, with which the admin runs, may see any of them.
ALTER TABLE auth_group ENABLE ROW LEVEL SECURITY;
ALTER TABLE auth_group_permissions ENABLE ROW LEVEL SECURITY;
ALTER TABLE auth_permission ENABLE ROW LEVEL SECURITY;
ALTER TABLE auth_user ENABLE ROW LEVEL SECURITY;
ALTER TABLE auth_user_groups ENABLE ROW LEVEL SECURITY;
ALTER TABLE auth_user_user_permissions ENABLE ROW LEVEL SECURITY;
ALTER TABLE django_admin_log ENABLE ROW LEVEL SECURITY;
ALTER TABLE django_content_type ENABLE ROW LEVEL SECURITY;
ALTER TABLE django_session ENABLE ROW LEVEL SECURITY;

REVOKE ALL ON auth_group, auth_group_permissions, auth_permission, auth_user, auth_user_groups,
    auth_user_user_permissions, django_admin_log, django_content_type, django_session FROM anon, authenticated;
GRANT SELECT, INSERT, UPDATE, DELETE ON auth_group, auth_group_permissions, auth_permission, auth_user, auth_user_groups,
    auth_user_user_permissions, django_admin_log, django_content_type, django_session TO service_role;
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO service_role;
