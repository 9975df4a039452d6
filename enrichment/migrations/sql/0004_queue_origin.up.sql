-- As v1, and the jobs say where they come from: a request's trace goes on through the triggers to the workers.
CREATE FUNCTION private.queue_shop_jobs_v2(
    new_type text, shop_ids uuid[], new_priority integer DEFAULT NULL, gather_s integer DEFAULT NULL
) RETURNS integer LANGUAGE plpgsql SET search_path = '' AS $$
DECLARE
    queued integer;
    found_waiting boolean;
BEGIN
    WITH waiting AS MATERIALIZED (
        SELECT q.id, q.payload ->> 'shop_id' AS shop_id FROM public.job_queue AS q
         WHERE q.payload ->> 'shop_id' = ANY (shop_ids::text[]) AND q.job_type = new_type
           AND q.status = 'pending' AND q.payload ? 'shop_id'
           FOR NO KEY UPDATE SKIP LOCKED
    ), raised AS (
        UPDATE public.job_queue AS q SET priority = wanted.priority
          FROM waiting, (
              SELECT coalesce(
                  new_priority, (SELECT lane.priority FROM public.job_lanes AS lane WHERE lane.job_type = new_type), 0
              ) AS priority
          ) AS wanted
         WHERE q.id = waiting.id AND q.priority < wanted.priority
    ), added AS (
        INSERT INTO public.job_queue (job_type, payload, priority, max_attempts, scheduled_at)
        SELECT new_type, private.job_context_v1() || jsonb_build_object('shop_id', wanted.shop_id),
               coalesce(new_priority, lane.priority, 0), coalesce(lane.max_attempts, 3),
               CASE WHEN gather_s IS NULL THEN now()
                    ELSE to_timestamp(ceil(extract(epoch FROM now()) / gather_s) * gather_s) END
          FROM (SELECT DISTINCT unnest(shop_ids) AS shop_id) AS wanted
          LEFT JOIN public.job_lanes AS lane ON lane.job_type = new_type
         WHERE wanted.shop_id::text NOT IN (SELECT waiting.shop_id FROM waiting)
        RETURNING id
    )
    SELECT (SELECT count(*) FROM added), EXISTS (SELECT FROM waiting) INTO queued, found_waiting;
    IF found_waiting THEN
        -- A relay that looked while the waiting job was locked here has passed it by.
        PERFORM private.wake_relays_v1();
    END IF;
    RETURN queued;
END $$;
REVOKE ALL ON FUNCTION private.queue_shop_jobs_v2(text, uuid[], integer, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION private.queue_shop_jobs_v2(text, uuid[], integer, integer) TO service_role;

CREATE FUNCTION private.enrich_inserted_shops_v2() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$ BEGIN
    PERFORM private.queue_shop_jobs_v2('enrich_shop', ARRAY(SELECT id FROM new_rows WHERE status = 'live'));
    RETURN NULL;
END $$;
DROP TRIGGER enrich_on_insert ON shops;
CREATE TRIGGER enrich_on_insert AFTER INSERT ON shops
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION private.enrich_inserted_shops_v2();

-- The columns are those that the describer is shown. A rating or a price tells it nothing.
CREATE FUNCTION private.enrich_updated_shops_v2() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$ BEGIN
    PERFORM private.queue_shop_jobs_v2('enrich_shop', ARRAY(
        SELECT n.id FROM new_rows n JOIN old_rows o USING (id)
         WHERE n.status = 'live'
           AND (n.status, n.name, n.description, n.city, n.district, n.address, n.mrt, n.opening_hours_raw, n.attributes)
               IS DISTINCT FROM
               (o.status, o.name, o.description, o.city, o.district, o.address, o.mrt, o.opening_hours_raw, o.attributes)));
    -- A finished enrichment, or a summary that a curator wrote.
    PERFORM private.queue_shop_jobs_v2('generate_embedding', ARRAY(
        SELECT n.id FROM new_rows n JOIN old_rows o USING (id)
         WHERE n.status = 'live' AND n.enriched_at IS NOT NULL
           AND (n.enriched_at, n.enrichment_input_hash, n.summary_zh)
               IS DISTINCT FROM (o.enriched_at, o.enrichment_input_hash, o.summary_zh)), gather_s => 2);
    RETURN NULL;
END $$;
DROP TRIGGER enrich_on_update ON shops;
CREATE TRIGGER enrich_on_update AFTER UPDATE ON shops
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION private.enrich_updated_shops_v2();

-- Also when a review goes: what is quoted from it must go with it.
CREATE FUNCTION private.enrich_reviewed_shops_v2() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$ BEGIN
    PERFORM private.queue_shop_jobs_v2('enrich_shop', ARRAY(
        SELECT id FROM public.shops
         WHERE status = 'live' AND id IN (SELECT shop_id FROM changed_rows)));
    RETURN NULL;
END $$;
DROP TRIGGER enrich_on_insert ON shop_reviews;
DROP TRIGGER enrich_on_delete ON shop_reviews;
CREATE TRIGGER enrich_on_insert AFTER INSERT ON shop_reviews
    REFERENCING NEW TABLE AS changed_rows FOR EACH STATEMENT EXECUTE FUNCTION private.enrich_reviewed_shops_v2();
CREATE TRIGGER enrich_on_delete AFTER DELETE ON shop_reviews
    REFERENCING OLD TABLE AS changed_rows FOR EACH STATEMENT EXECUTE FUNCTION private.enrich_reviewed_shops_v2();

CREATE FUNCTION private.enrich_edited_reviews_v2() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$ BEGIN
    PERFORM private.queue_shop_jobs_v2('enrich_shop', ARRAY(
        SELECT id FROM public.shops
         WHERE status = 'live' AND id IN (
             SELECT n.shop_id FROM new_rows n JOIN old_rows o USING (id)
              WHERE (n.text, n.rating) IS DISTINCT FROM (o.text, o.rating))));
    RETURN NULL;
END $$;
DROP TRIGGER enrich_on_update ON shop_reviews;
CREATE TRIGGER enrich_on_update AFTER UPDATE ON shop_reviews
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION private.enrich_edited_reviews_v2();
