DROP TRIGGER queue_export ON data_exports;
DROP FUNCTION private.queue_export_v1();
DROP POLICY data_exports_insert ON data_exports;
DROP POLICY data_exports_select ON data_exports;
ALTER TABLE data_exports DROP CONSTRAINT data_exports_user_id_fkey;
