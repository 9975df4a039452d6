-- A member asks for an export and sees how it comes along; a worker puts it together.
ALTER TABLE data_exports ADD CONSTRAINT data_exports_user_id_fkey FOREIGN KEY (user_id) REFERENCES profiles (id) ON DELETE CASCADE;
ALTER TABLE data_exports ENABLE ROW LEVEL SECURITY;
REVOKE ALL ON data_exports FROM anon, authenticated;
GRANT SELECT, INSERT (user_id) ON data_exports TO authenticated;
CREATE POLICY data_exports_select ON data_exports FOR SELECT TO authenticated USING (user_id = (SELECT auth.uid()));
CREATE POLICY data_exports_insert ON data_exports FOR INSERT TO authenticated WITH CHECK (user_id = (SELECT auth.uid()));

CREATE FUNCTION private.queue_export_v1() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$ BEGIN
    PERFORM private.enqueue_job_v2('export_member', jsonb_build_object('export_id', NEW.id, 'user_id', NEW.user_id));
    RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION private.queue_export_v1() FROM PUBLIC;
CREATE TRIGGER queue_export AFTER INSERT ON data_exports FOR EACH ROW
    WHEN (NEW.status = 'pending')
    EXECUTE FUNCTION private.queue_export_v1();
