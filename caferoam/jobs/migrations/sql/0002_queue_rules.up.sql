-- The queue belongs to workers alone: no policy and no grant to anon or authenticated. What members do reaches it
-- through triggers, which run as the tables' owner.
ALTER TABLE job_queue ENABLE ROW LEVEL SECURITY;
ALTER TABLE job_lanes ENABLE ROW LEVEL SECURITY;
REVOKE ALL ON job_queue, job_lanes FROM anon, authenticated;
GRANT SELECT, INSERT, UPDATE, DELETE ON job_queue, job_lanes TO service_role;

-- Every row is updated a few times soon after it was written: room on the page keeps those updates out of the indexes,
-- and frequent vacuums keep the claim's index short.
ALTER TABLE job_queue SET (
    fillfactor = 80,
    autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 500,
    autovacuum_analyze_scale_factor = 0.02, autovacuum_analyze_threshold = 500
);

-- Queue one job. What the caller leaves open, the lane of the type answers. For triggers and for caferoam.jobs.enqueue.
CREATE FUNCTION private.enqueue_job_v1(
    new_type text,
    new_payload jsonb DEFAULT '{}',
    new_priority integer DEFAULT NULL,
    new_scheduled_at timestamptz DEFAULT NULL,
    new_max_attempts integer DEFAULT NULL
) RETURNS uuid LANGUAGE plpgsql SET search_path = '' AS $$
DECLARE
    lane public.job_lanes;
    new_id uuid;
BEGIN
    SELECT * INTO lane FROM public.job_lanes WHERE job_type = new_type;
    INSERT INTO public.job_queue (job_type, payload, priority, scheduled_at, max_attempts)
    VALUES (
        new_type, new_payload, coalesce(new_priority, lane.priority, 0), coalesce(new_scheduled_at, now()),
        coalesce(new_max_attempts, lane.max_attempts, 3)
    ) RETURNING id INTO new_id;
    RETURN new_id;
END $$;

-- Wake the relays. The payload is empty, so Postgres folds all of a transaction's calls into one message. A busy
-- database can do without: ALTER DATABASE … SET caferoam.jobs_notify = 'off', and JOBS_NOTIFY=off for the relays.
CREATE FUNCTION private.notify_job_queue_v1() RETURNS trigger LANGUAGE plpgsql SET search_path = '' AS $$
BEGIN
    IF current_setting('caferoam.jobs_notify', true) IS DISTINCT FROM 'off'
        AND EXISTS (SELECT FROM new_jobs WHERE status = 'pending' AND scheduled_at <= clock_timestamp())
    THEN
        PERFORM pg_notify('job_queue', '');
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER notify_job_queue AFTER INSERT ON job_queue
    REFERENCING NEW TABLE AS new_jobs FOR EACH STATEMENT EXECUTE FUNCTION private.notify_job_queue_v1();

-- Claim what is due and fits, lane by lane. A row with job_id NULL says that its lane is full and more waits in it.
-- One statement per lane, planned anew, so that LIMIT is a number: as an expression the planner takes it for a tenth of
-- the table and sorts all of it. The lock makes a lane's width exact: a second relay leaves the lane to the first.
CREATE FUNCTION private.claim_jobs_v1(known_types text[])
RETURNS TABLE (job_id uuid, job_type text, token integer, priority integer, scheduled_at timestamptz)
LANGUAGE plpgsql SET search_path = '' SET plan_cache_mode = force_custom_plan AS $$
DECLARE
    lane record;
    free integer;
    taken integer;
BEGIN
    FOR lane IN
        SELECT l.job_type, l.width FROM public.job_lanes AS l
        WHERE l.job_type = ANY (known_types) AND NOT l.paused AND (l.paused_until IS NULL OR l.paused_until <= now())
            -- An idle lane costs one descent of the index. LIMIT keeps the planner from joining the whole queue instead,
            -- ORDER BY from hoping to meet such a row soon in the table itself.
            AND (
                SELECT true FROM public.job_queue AS q
                WHERE q.status = 'pending' AND q.job_type = l.job_type AND q.scheduled_at <= now()
                ORDER BY q.priority DESC, q.scheduled_at, q.id LIMIT 1
            )
    LOOP
        CONTINUE WHEN NOT pg_try_advisory_xact_lock(hashtext('job_lanes'), hashtext(lane.job_type));
        SELECT lane.width - count(*) INTO free FROM public.job_queue AS q
        WHERE q.status = 'claimed' AND q.job_type = lane.job_type;
        taken := 0;
        IF free > 0 THEN
            RETURN QUERY
            WITH picked AS MATERIALIZED (
                SELECT q.id FROM public.job_queue AS q
                WHERE q.status = 'pending' AND q.job_type = lane.job_type AND q.scheduled_at <= now()
                ORDER BY q.priority DESC, q.scheduled_at, q.id LIMIT free FOR UPDATE SKIP LOCKED
            )
            UPDATE public.job_queue AS q SET status = 'claimed', claimed_at = now()
            FROM picked WHERE q.id = picked.id AND q.status = 'pending'
            RETURNING q.id, q.job_type, q.attempts, q.priority, q.scheduled_at;
            GET DIAGNOSTICS taken = ROW_COUNT;
        END IF;
        IF taken >= free THEN
            RETURN QUERY SELECT NULL::uuid, lane.job_type, NULL::integer, NULL::integer, NULL::timestamptz;
        END IF;
    END LOOP;
END $$;

REVOKE ALL ON FUNCTION private.enqueue_job_v1(text, jsonb, integer, timestamptz, integer),
    private.notify_job_queue_v1(), private.claim_jobs_v1(text[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION private.enqueue_job_v1(text, jsonb, integer, timestamptz, integer),
    private.claim_jobs_v1(text[]) TO service_role;
