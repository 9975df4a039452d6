-- Which model is searched is a row from here on. Until now there was one model, and where it has vectors they are in use.
INSERT INTO embedding_models (model, provider, status, activated_at)
SELECT 'use-multilingual-3', 'offline', 'active', now()
 WHERE EXISTS (SELECT FROM shop_embeddings WHERE model = 'use-multilingual-3')
   AND NOT EXISTS (SELECT FROM embedding_models WHERE status = 'active')
ON CONFLICT DO NOTHING;

-- As v2, and while another model is being built, its vectors follow a change as those that are searched do. By a job of
-- its own: what holds up one vendor must not hold up the other.
CREATE FUNCTION private.enrich_updated_shops_v3() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
DECLARE
    described uuid[];
BEGIN
    PERFORM private.queue_shop_jobs_v2('enrich_shop', ARRAY(
        SELECT n.id FROM new_rows n JOIN old_rows o USING (id)
         WHERE n.status = 'live'
           AND (n.status, n.name, n.description, n.city, n.district, n.address, n.mrt, n.opening_hours_raw, n.attributes)
               IS DISTINCT FROM
               (o.status, o.name, o.description, o.city, o.district, o.address, o.mrt, o.opening_hours_raw, o.attributes)));
    -- A finished enrichment, or a summary that a curator wrote.
    described := ARRAY(
        SELECT n.id FROM new_rows n JOIN old_rows o USING (id)
         WHERE n.status = 'live' AND n.enriched_at IS NOT NULL
           AND (n.enriched_at, n.enrichment_input_hash, n.summary_zh)
               IS DISTINCT FROM (o.enriched_at, o.enrichment_input_hash, o.summary_zh));
    PERFORM private.queue_shop_jobs_v2('generate_embedding', described, gather_s => 2);
    IF EXISTS (SELECT FROM public.embedding_models WHERE status = 'building') THEN
        PERFORM private.queue_shop_jobs_v2('reembed_shop', described, gather_s => 2);
    END IF;
    RETURN NULL;
END $$;
DROP TRIGGER enrich_on_update ON shops;
CREATE TRIGGER enrich_on_update AFTER UPDATE ON shops
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION private.enrich_updated_shops_v3();
