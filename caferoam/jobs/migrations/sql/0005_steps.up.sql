-- The two steps of every job, as functions: the text of a function is planned once a session, that of a statement each
-- time, and planning cost more than the step itself. One row after the other, in the order given: callers sort by id,
-- so two of them lock rows in the same order.
-- The state is compared by LIKE because "=" would let the planner take the index of claimed rows instead of the key: it
-- believes that there are hardly any, and then reads past all that are, and all that have been since the last vacuum.
-- And a plan that was made while the table was small must not read all of it when it has grown: hence no such scans.

-- Begin the attempts that these tickets stand for. A used or withdrawn ticket starts nothing and gives no row.
CREATE FUNCTION private.start_jobs_v1(job_ids uuid[], tokens integer[], new_worker text)
RETURNS TABLE (job_id uuid, attempt integer, payload text, max_attempts integer, waited_s double precision)
LANGUAGE plpgsql SET search_path = '' SET enable_seqscan = off AS $$
BEGIN
    FOR place IN 1 .. cardinality(job_ids) LOOP
        UPDATE public.job_queue AS q SET attempts = q.attempts + 1, claimed_at = now()
        WHERE q.id = job_ids[place] AND q.attempts = tokens[place] AND q.status LIKE 'claimed'
        RETURNING q.id, q.attempts, q.payload::text, q.max_attempts, extract(epoch FROM now() - q.scheduled_at)
        INTO job_id, attempt, payload, max_attempts, waited_s;
        CONTINUE WHEN NOT FOUND;
        INSERT INTO public.job_starts AS s (job_id, attempt, started_at, worker)
        VALUES (start_jobs_v1.job_id, start_jobs_v1.attempt, now(), new_worker)
        ON CONFLICT ON CONSTRAINT job_starts_pkey DO UPDATE SET
            attempt = excluded.attempt, started_at = excluded.started_at, worker = excluded.worker,
            done = NULL, total = NULL, note = NULL, progressed_at = NULL;
        RETURN NEXT;
    END LOOP;
END $$;

-- End attempts well and count the rows that were still theirs.
CREATE FUNCTION private.complete_jobs_v1(job_ids uuid[], numbers integer[])
RETURNS integer LANGUAGE plpgsql SET search_path = '' SET enable_seqscan = off AS $$
DECLARE
    ended integer := 0;
BEGIN
    FOR place IN 1 .. cardinality(job_ids) LOOP
        UPDATE public.job_queue AS q
        SET status = 'completed', completed_at = now(), claimed_at = NULL, last_error = NULL
        WHERE q.id = job_ids[place] AND q.attempts = numbers[place] AND q.status LIKE 'claimed';
        ended := ended + found::integer;
    END LOOP;
    RETURN ended;
END $$;

REVOKE ALL ON FUNCTION private.start_jobs_v1(uuid[], integer[], text), private.complete_jobs_v1(uuid[], integer[])
    FROM PUBLIC;
GRANT EXECUTE ON FUNCTION private.start_jobs_v1(uuid[], integer[], text), private.complete_jobs_v1(uuid[], integer[])
    TO service_role;
