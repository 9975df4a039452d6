-- What operators see of a job, and how they rule a lane: again for workers alone.
ALTER TABLE job_starts ENABLE ROW LEVEL SECURITY;
ALTER TABLE job_events ENABLE ROW LEVEL SECURITY;
REVOKE ALL ON job_starts, job_events FROM anon, authenticated;
GRANT SELECT, INSERT, UPDATE, DELETE ON job_starts, job_events TO service_role;
GRANT USAGE, SELECT ON SEQUENCE job_events_id_seq TO service_role;

-- One more row for every start must cost next to nothing, and nothing depends on it: so no write-ahead log, no foreign
-- key, and room on the page for the progress that is noted in it.
ALTER TABLE job_starts SET UNLOGGED;
ALTER TABLE job_starts SET (fillfactor = 80);

ALTER TABLE job_events ADD CONSTRAINT job_events_job
    FOREIGN KEY (job_id) REFERENCES job_queue (id) ON DELETE CASCADE;

-- For "is a row of this type due, when will the next one be, and how old is the oldest that is?" The order of claims
-- cannot say: rows that wait for tomorrow may stand before all others in it.
CREATE INDEX job_queue_due ON job_queue (job_type, scheduled_at) WHERE status = 'pending';

-- For "does the same job wait already?", asked only for types whose lane is unique. The time is in it so that the first
-- of several is found at once. Its condition and the questions say LIKE, so that they fit each other alone: the planner
-- may not have heard yet how many rows wait, and would take another index of those.
CREATE INDEX job_queue_pending_unique ON job_queue ((payload ->> '_unique'), job_type, scheduled_at)
    WHERE status LIKE 'pending' AND payload ? '_unique';

-- Where the transaction's work comes from, as it is carried in a payload: {"_trace": …, "_request_id": …}, or {}.
-- Whoever serves a request says so once: set_config('caferoam.job_context', …, true). Triggers then pass it on.
CREATE FUNCTION private.job_context_v1() RETURNS jsonb LANGUAGE sql STABLE SET search_path = '' AS $$
    -- A custom setting reads '' after its transaction, never NULL again: hence nullif.
    SELECT coalesce(nullif(current_setting('caferoam.job_context', true), '')::jsonb, '{}')
$$;

-- What makes two jobs of a unique type the same: their payloads, but for what the queue itself adds.
CREATE FUNCTION private.job_key_v1(payload jsonb) RETURNS text LANGUAGE sql IMMUTABLE SET search_path = '' AS $$
    SELECT md5((payload - '{_trace,_request_id,_unique}'::text[])::text)
$$;

-- What the trigger on job_queue does for new rows, for those that only change.
CREATE FUNCTION private.wake_relays_v1() RETURNS void LANGUAGE sql SET search_path = '' AS $$
    SELECT pg_notify('job_queue', '') WHERE current_setting('caferoam.jobs_notify', true) IS DISTINCT FROM 'off'
$$;

-- As v1, with the context. In a unique lane the same payload is not queued twice while the first one waits: that one
-- takes over the higher priority, the earlier time and as many attempts as were asked for, and its id is returned.
-- A plan that was made while the table was small must not read all of it when it has grown: hence no such scans.
CREATE FUNCTION private.enqueue_job_v2(
    new_type text,
    new_payload jsonb DEFAULT '{}',
    new_priority integer DEFAULT NULL,
    new_scheduled_at timestamptz DEFAULT NULL,
    new_max_attempts integer DEFAULT NULL
) RETURNS uuid LANGUAGE plpgsql SET search_path = '' SET enable_seqscan = off AS $$
DECLARE
    lane public.job_lanes;
    new_id uuid;
    unique_key text;
BEGIN
    SELECT * INTO lane FROM public.job_lanes WHERE job_type = new_type;
    new_priority := coalesce(new_priority, lane.priority, 0);
    new_scheduled_at := coalesce(new_scheduled_at, now());
    new_max_attempts := coalesce(new_max_attempts, lane.max_attempts, 3);
    IF lane."unique" THEN
        unique_key := private.job_key_v1(new_payload);
        -- Until this transaction ends: another one that queues the same waits for what becomes of it.
        PERFORM pg_advisory_xact_lock_shared(hashtext('job_unique'), hashtext(new_type));
        PERFORM pg_advisory_xact_lock(hashtext('job_unique_key'), hashtext(new_type || unique_key));
        -- One that is just being claimed may have read what this transaction changes: it is passed by. One that is not
        -- stays locked, so that no claim takes it before those changes can be seen.
        SELECT q.id INTO new_id FROM public.job_queue AS q
        WHERE q.payload ->> '_unique' = unique_key AND q.job_type = new_type
            AND q.status LIKE 'pending' AND q.payload ? '_unique'
        ORDER BY q.scheduled_at LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED;
        IF FOUND THEN
            UPDATE public.job_queue AS q
            SET priority = greatest(q.priority, new_priority), scheduled_at = least(q.scheduled_at, new_scheduled_at),
                max_attempts = greatest(q.max_attempts, q.attempts + new_max_attempts)
            WHERE q.id = new_id AND (
                q.priority < new_priority OR q.scheduled_at > new_scheduled_at
                OR q.max_attempts < q.attempts + new_max_attempts);
            -- Also where nothing was changed: a claim may have passed by the row while it was locked here.
            PERFORM private.wake_relays_v1();
            RETURN new_id;
        END IF;
        new_payload := new_payload || jsonb_build_object('_unique', unique_key);
    END IF;
    INSERT INTO public.job_queue (job_type, payload, priority, scheduled_at, max_attempts)
    VALUES (new_type, private.job_context_v1() || new_payload, new_priority, new_scheduled_at, new_max_attempts)
    RETURNING id INTO new_id;
    RETURN new_id;
END $$;

-- Many jobs of one type in one statement; says how many rows are new.
CREATE FUNCTION private.enqueue_jobs_v1(
    new_type text,
    new_payloads jsonb[],
    new_priority integer DEFAULT NULL,
    new_scheduled_at timestamptz DEFAULT NULL,
    new_max_attempts integer DEFAULT NULL
) RETURNS integer LANGUAGE plpgsql SET search_path = '' SET enable_seqscan = off AS $$
DECLARE
    lane public.job_lanes;
    context jsonb := private.job_context_v1();
    queued integer;
    found_waiting boolean;
BEGIN
    SELECT * INTO lane FROM public.job_lanes WHERE job_type = new_type;
    new_priority := coalesce(new_priority, lane.priority, 0);
    new_scheduled_at := coalesce(new_scheduled_at, now());
    new_max_attempts := coalesce(new_max_attempts, lane.max_attempts, 3);
    IF lane."unique" IS NOT TRUE THEN
        INSERT INTO public.job_queue (job_type, payload, priority, scheduled_at, max_attempts)
        SELECT new_type, context || payload, new_priority, new_scheduled_at, new_max_attempts
        FROM unnest(new_payloads) AS payload;
        GET DIAGNOSTICS queued = ROW_COUNT;
        RETURN queued;
    END IF;
    -- One lock for all: as many as there are keys would not fit into the server's memory for locks.
    PERFORM pg_advisory_xact_lock(hashtext('job_unique'), hashtext(new_type));
    WITH wanted AS MATERIALIZED (
        SELECT DISTINCT ON (job_key) private.job_key_v1(payload) AS job_key, payload
        FROM unnest(new_payloads) AS payload
    ), waiting AS MATERIALIZED (
        -- Row by row through the index, in whatever order the planner would rather join: it may not have heard yet how
        -- many rows wait.
        SELECT job.id, wanted.job_key FROM wanted CROSS JOIN LATERAL (
            SELECT q.id FROM public.job_queue AS q
            WHERE q.payload ->> '_unique' = wanted.job_key AND q.job_type = new_type
                AND q.status LIKE 'pending' AND q.payload ? '_unique'
            ORDER BY q.scheduled_at LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED
        ) AS job
    ), merged AS (
        UPDATE public.job_queue AS q
        SET priority = greatest(q.priority, new_priority), scheduled_at = least(q.scheduled_at, new_scheduled_at),
            max_attempts = greatest(q.max_attempts, q.attempts + new_max_attempts)
        WHERE q.id = ANY (ARRAY(SELECT waiting.id FROM waiting)) AND (
            q.priority < new_priority OR q.scheduled_at > new_scheduled_at
            OR q.max_attempts < q.attempts + new_max_attempts)
    ), added AS (
        INSERT INTO public.job_queue (job_type, payload, priority, scheduled_at, max_attempts)
        SELECT new_type, context || wanted.payload || jsonb_build_object('_unique', wanted.job_key),
            new_priority, new_scheduled_at, new_max_attempts
        FROM wanted WHERE NOT EXISTS (SELECT FROM waiting WHERE waiting.job_key = wanted.job_key)
        RETURNING id
    )
    SELECT (SELECT count(*) FROM added), EXISTS (SELECT FROM waiting) INTO queued, found_waiting;
    IF found_waiting THEN
        PERFORM private.wake_relays_v1();
    END IF;
    RETURN queued;
END $$;

-- As v1, with rates: a lane's two buckets hold as many starts as its rate a minute and a day allows, and fill up evenly.
-- A row with job_id NULL says that its lane holds more than could be taken now, and in wait_s when to look again: NULL
-- is as soon as a place comes free.
-- The planner may know of no waiting row yet, when thousands were queued just now: it would then sort all of them, or
-- begin the update with them. Hence no sorts, and LIKE, which no partial index can answer, where the key shall.
CREATE FUNCTION private.claim_jobs_v2(known_types text[])
RETURNS TABLE (
    job_id uuid, job_type text, token integer, priority integer, scheduled_at timestamptz,
    request_id text, wait_s double precision
)
LANGUAGE plpgsql SET search_path = '' SET plan_cache_mode = force_custom_plan SET enable_sort = off AS $$
DECLARE
    lane record;
    free integer;
    taken integer;
    elapsed_s double precision;
    minute_left double precision;
    day_left double precision;
    bucket_wait_s double precision;
BEGIN
    FOR lane IN
        SELECT l.* FROM public.job_lanes AS l
        WHERE l.job_type = ANY (known_types) AND NOT l.paused AND (l.paused_until IS NULL OR l.paused_until <= now())
            -- An idle lane costs one descent of an index. LIMIT keeps the planner from joining the whole queue instead,
            -- ORDER BY from hoping to meet such a row soon in the table itself.
            AND (
                SELECT true FROM public.job_queue AS q
                WHERE q.status = 'pending' AND q.job_type = l.job_type AND q.scheduled_at <= now()
                ORDER BY q.scheduled_at LIMIT 1
            )
        ORDER BY l.job_type -- as whoever locks several lanes
    LOOP
        -- The lock makes a lane's width and rate exact: a second relay leaves the lane to the first.
        CONTINUE WHEN NOT pg_try_advisory_xact_lock(hashtext('job_lanes'), hashtext(lane.job_type));
        SELECT lane.width - count(*) INTO free FROM public.job_queue AS q
        WHERE q.status = 'claimed' AND q.job_type = lane.job_type;
        bucket_wait_s := NULL;
        IF lane.rate_per_minute IS NOT NULL OR lane.rate_per_day IS NOT NULL THEN
            -- Read again, now under the lock: the loop's row may be from before another relay's claim. And locked
            -- itself: what is given back meanwhile must not be written over.
            SELECT l.minute_tokens, l.day_tokens, greatest(0, extract(epoch FROM clock_timestamp() - l.refilled_at))
            INTO minute_left, day_left, elapsed_s FROM public.job_lanes AS l WHERE l.job_type = lane.job_type
            FOR NO KEY UPDATE;
            minute_left := least(
                coalesce(minute_left + elapsed_s * lane.rate_per_minute / 60, lane.rate_per_minute),
                lane.rate_per_minute);
            day_left := least(
                coalesce(day_left + elapsed_s * lane.rate_per_day / 86400, lane.rate_per_day), lane.rate_per_day);
            IF least(minute_left, day_left) < free THEN
                free := floor(least(minute_left, day_left));
                bucket_wait_s := greatest(
                    (floor(minute_left) + 1 - minute_left) * 60 / lane.rate_per_minute
                        * (minute_left - free < 1)::integer,
                    (floor(day_left) + 1 - day_left) * 86400 / lane.rate_per_day * (day_left - free < 1)::integer);
            END IF;
        END IF;
        taken := 0;
        IF free > 0 THEN
            -- One statement per lane, planned anew, so that LIMIT is a number: as an expression the planner takes it
            -- for a tenth of the table and sorts all of it.
            RETURN QUERY
            WITH picked AS MATERIALIZED (
                SELECT q.id FROM public.job_queue AS q
                WHERE q.status = 'pending' AND q.job_type = lane.job_type AND q.scheduled_at <= now()
                ORDER BY q.priority DESC, q.scheduled_at, q.id LIMIT free FOR UPDATE SKIP LOCKED
            )
            UPDATE public.job_queue AS q SET status = 'claimed', claimed_at = now()
            FROM picked WHERE q.id = picked.id AND q.status LIKE 'pending'
            RETURNING q.id, q.job_type, q.attempts, q.priority, q.scheduled_at, q.payload ->> '_request_id', NULL::float8;
            GET DIAGNOSTICS taken = ROW_COUNT;
        END IF;
        IF taken > 0 AND (lane.rate_per_minute IS NOT NULL OR lane.rate_per_day IS NOT NULL) THEN
            UPDATE public.job_lanes AS l
            SET minute_tokens = minute_left - taken, day_tokens = day_left - taken, refilled_at = clock_timestamp()
            WHERE l.job_type = lane.job_type;
        END IF;
        IF taken >= free THEN
            RETURN QUERY SELECT
                NULL::uuid, lane.job_type, NULL::integer, NULL::integer, NULL::timestamptz, NULL::text, bucket_wait_s;
        END IF;
    END LOOP;
END $$;

REVOKE ALL ON FUNCTION private.job_context_v1(), private.job_key_v1(jsonb), private.wake_relays_v1(),
    private.enqueue_job_v2(text, jsonb, integer, timestamptz, integer),
    private.enqueue_jobs_v1(text, jsonb[], integer, timestamptz, integer), private.claim_jobs_v2(text[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION private.job_context_v1(), private.job_key_v1(jsonb), private.wake_relays_v1(),
    private.enqueue_job_v2(text, jsonb, integer, timestamptz, integer),
    private.enqueue_jobs_v1(text, jsonb[], integer, timestamptz, integer), private.claim_jobs_v2(text[]) TO service_role;
