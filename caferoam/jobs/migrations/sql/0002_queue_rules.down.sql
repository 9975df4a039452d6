DROP TRIGGER notify_job_queue ON job_queue;
DROP FUNCTION private.claim_jobs_v1(text[]);
DROP FUNCTION private.notify_job_queue_v1();
DROP FUNCTION private.enqueue_job_v1(text, jsonb, integer, timestamptz, integer);
ALTER TABLE job_queue RESET (
    fillfactor,
    autovacuum_vacuum_scale_factor, autovacuum_vacuum_threshold,
    autovacuum_analyze_scale_factor, autovacuum_analyze_threshold
);
ALTER TABLE job_queue DISABLE ROW LEVEL SECURITY;
ALTER TABLE job_lanes DISABLE ROW LEVEL SECURITY;
