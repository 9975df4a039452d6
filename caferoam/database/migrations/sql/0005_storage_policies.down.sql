DO $$ BEGIN
    IF to_regclass('storage.objects') IS NOT NULL THEN
        DROP POLICY IF EXISTS objects_select ON storage.objects;
        DROP POLICY IF EXISTS objects_insert ON storage.objects;
    END IF;
END $$;
DROP FUNCTION private.may_read_object_v1(text, text);
DROP FUNCTION private.may_put_object_v1(text, text);
