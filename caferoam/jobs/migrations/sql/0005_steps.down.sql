DROP FUNCTION private.start_jobs_v1(uuid[], integer[], text), private.complete_jobs_v1(uuid[], integer[]);
