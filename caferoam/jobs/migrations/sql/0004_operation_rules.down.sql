DROP FUNCTION private.claim_jobs_v2(text[]);
DROP FUNCTION private.enqueue_job_v2(text, jsonb, integer, timestamptz, integer);
DROP FUNCTION private.job_context_v1();
DROP INDEX job_queue_pending_unique;
DROP INDEX job_queue_due;
ALTER TABLE job_events DROP CONSTRAINT job_events_job;
ALTER TABLE job_events DISABLE ROW LEVEL SECURITY;
ALTER TABLE job_starts DISABLE ROW LEVEL SECURITY;
