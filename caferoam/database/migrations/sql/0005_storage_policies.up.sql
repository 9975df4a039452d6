-- What a member's own token opens in Storage: putting a file where an upload of theirs waits for one, and reading what lies
-- under their id. All else there is written and deleted by workers, and no row of objects is anybody else's business.
CREATE FUNCTION private.may_put_object_v1(in_bucket text, at_path text) RETURNS boolean
    LANGUAGE sql STABLE SET search_path = '' AS $$
    SELECT private.member_state_v1((SELECT auth.uid())) = 'active' AND EXISTS (
        SELECT FROM public.uploads AS u
         WHERE u.user_id = (SELECT auth.uid()) AND u.bucket = in_bucket AND u.path = at_path
           AND u.status = 'pending' AND u.expires_at > now()
    )
$$;
CREATE FUNCTION private.may_read_object_v1(in_bucket text, at_path text) RETURNS boolean
    LANGUAGE sql STABLE SET search_path = '' AS $$
    SELECT in_bucket IN ('checkin-photos', 'menu-photos', 'avatar-uploads', 'exports')
       AND starts_with(at_path, (SELECT auth.uid())::text || '/')
       AND private.member_state_v1((SELECT auth.uid())) = 'active'
$$;
REVOKE ALL ON FUNCTION private.may_put_object_v1(text, text), private.may_read_object_v1(text, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION private.may_put_object_v1(text, text), private.may_read_object_v1(text, text) TO authenticated;

-- Only Supabase has this table; on a laptop the stand-in asks the functions. No UPDATE: a member's upload overwrites nothing.
DO $$ BEGIN
    IF to_regclass('storage.objects') IS NOT NULL THEN
        CREATE POLICY objects_insert ON storage.objects FOR INSERT TO authenticated
            WITH CHECK (private.may_put_object_v1(bucket_id, name));
        CREATE POLICY objects_select ON storage.objects FOR SELECT TO authenticated
            USING (private.may_read_object_v1(bucket_id, name));
    END IF;
END $$;
