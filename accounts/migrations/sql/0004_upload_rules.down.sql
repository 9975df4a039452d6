DROP TRIGGER queue_upload_jobs ON uploads;
DROP FUNCTION private.queue_upload_jobs_v1();
DROP TRIGGER change_avatar ON profiles;
DROP FUNCTION private.change_avatar_v1();
DROP FUNCTION private.claim_uploads_v1(uuid, text, uuid[]);
DROP POLICY uploads_insert ON uploads;
DROP POLICY uploads_select ON uploads;
ALTER TABLE profiles DROP CONSTRAINT profiles_avatar_upload_id_fkey;
ALTER TABLE uploads DROP CONSTRAINT uploads_user_id_fkey;
