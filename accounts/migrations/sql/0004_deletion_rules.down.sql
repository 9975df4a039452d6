DROP FUNCTION private.restore_account_v1();
DROP TRIGGER begin_deletion ON account_deletions;
DROP FUNCTION private.begin_deletion_v1();
DROP FUNCTION private.cancel_member_jobs_v1(uuid, text[], text);
DROP INDEX job_queue_of_member;
DROP POLICY account_deletions_insert ON account_deletions;
DROP POLICY account_deletions_select ON account_deletions;
