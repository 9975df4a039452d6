-- A week has 10,080 minutes, Monday 00:00 in Taipei being 0. What is never open has no hours that are known.
ALTER TABLE shops ADD CONSTRAINT shops_open_minutes_in_week
    CHECK (open_minutes <@ '{[0,10080)}'::int4multirange AND NOT isempty(open_minutes));

-- As v1, with the hours.
CREATE FUNCTION private.rebuild_shop_search_v2(changed uuid[]) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
DECLARE
    -- The extension's schema differs between Supabase and plain Postgres, and search_path is empty here.
    vectors text := (SELECT quote_ident(n.nspname) FROM pg_catalog.pg_extension e
                       JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace WHERE e.extname = 'vector');
BEGIN
    IF coalesce(cardinality(changed), 0) = 0 THEN
        RETURN;
    END IF;
    -- A statement of its own, so that the next one sees what another transaction wrote before it let go of the document.
    -- A shop that has no document yet is new, and nobody else can tag it before it is committed.
    PERFORM FROM public.shop_search WHERE shop_id = ANY (changed) ORDER BY shop_id FOR UPDATE;
    EXECUTE format($statement$
        INSERT INTO public.shop_search AS document (
            shop_id, live, name_normalized, city, district, latitude, longitude,
            mode_work, mode_rest, mode_social, open_minutes, rating, quality, tag_numbers, tag_vector)
        SELECT s.id, s.status = 'live', s.name_normalized, s.city, s.district, s.latitude, s.longitude,
               s.mode_work, s.mode_rest, s.mode_social, s.open_minutes, s.rating,
               -- twenty imagined votes of 4.2 keep one enthusiast from leading; 3 counts as 0, 5 as 1
               least(1, greatest(0, ((s.rating_count * coalesce(s.rating, 0) + 20 * 4.2) / (s.rating_count + 20) - 3) / 2)),
               coalesce(t.numbers, '{}'), ('{' || coalesce(t.weights, '') || '}/1024')::%s.sparsevec
          FROM public.shops s
          LEFT JOIN LATERAL (
              SELECT array_agg(tag.number::int ORDER BY tag.number) AS numbers,
                     string_agg(tag.number || ':' || e.confidence::real, ',' ORDER BY tag.number) AS weights
                FROM public.effective_shop_tags e JOIN public.taxonomy_tags tag ON tag.id = e.tag_id
               WHERE e.shop_id = s.id
          ) t ON true
         WHERE s.id = ANY ($1)
        ON CONFLICT (shop_id) DO UPDATE SET
            live = excluded.live, name_normalized = excluded.name_normalized, city = excluded.city,
            district = excluded.district, latitude = excluded.latitude, longitude = excluded.longitude,
            mode_work = excluded.mode_work, mode_rest = excluded.mode_rest, mode_social = excluded.mode_social,
            open_minutes = excluded.open_minutes, rating = excluded.rating, quality = excluded.quality,
            tag_numbers = excluded.tag_numbers, tag_vector = excluded.tag_vector
    $statement$, vectors) USING changed;
END $$;
REVOKE ALL ON FUNCTION private.rebuild_shop_search_v2(uuid[]) FROM PUBLIC;

CREATE FUNCTION private.shops_inserted_v2() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$ BEGIN
    PERFORM private.rebuild_shop_search_v2((SELECT array_agg(id) FROM new_rows));
    RETURN NULL;
END $$;
DROP TRIGGER search_document_on_insert ON shops;
CREATE TRIGGER search_document_on_insert AFTER INSERT ON shops
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION private.shops_inserted_v2();

CREATE FUNCTION private.shops_updated_v2() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$ BEGIN
    PERFORM private.rebuild_shop_search_v2((
        SELECT array_agg(n.id) FROM new_rows n JOIN old_rows o USING (id)
         WHERE (n.status, n.name_normalized, n.city, n.district, n.latitude, n.longitude, n.mode_work, n.mode_rest,
                n.mode_social, n.open_minutes, n.rating, n.rating_count)
               IS DISTINCT FROM
               (o.status, o.name_normalized, o.city, o.district, o.latitude, o.longitude, o.mode_work, o.mode_rest,
                o.mode_social, o.open_minutes, o.rating, o.rating_count)));
    RETURN NULL;
END $$;
DROP TRIGGER search_document_on_update ON shops;
CREATE TRIGGER search_document_on_update AFTER UPDATE ON shops
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION private.shops_updated_v2();

-- One function serves all three events: a trigger's transition tables answer to the same name.
CREATE FUNCTION private.shop_tags_changed_v2() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$ BEGIN
    PERFORM private.rebuild_shop_search_v2((SELECT array_agg(DISTINCT shop_id) FROM changed_rows));
    RETURN NULL;
END $$;
DROP TRIGGER search_document_on_insert ON shop_tags;
CREATE TRIGGER search_document_on_insert AFTER INSERT ON shop_tags
    REFERENCING NEW TABLE AS changed_rows FOR EACH STATEMENT EXECUTE FUNCTION private.shop_tags_changed_v2();
DROP TRIGGER search_document_on_delete ON shop_tags;
CREATE TRIGGER search_document_on_delete AFTER DELETE ON shop_tags
    REFERENCING OLD TABLE AS changed_rows FOR EACH STATEMENT EXECUTE FUNCTION private.shop_tags_changed_v2();

-- A new distinctiveness alone changes no document.
CREATE FUNCTION private.shop_tags_updated_v2() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$ BEGIN
    PERFORM private.rebuild_shop_search_v2((
        SELECT array_agg(DISTINCT n.shop_id) FROM new_rows n JOIN old_rows o USING (id)
         WHERE (n.confidence, n.tag_id, n.source) IS DISTINCT FROM (o.confidence, o.tag_id, o.source)));
    RETURN NULL;
END $$;
DROP TRIGGER search_document_on_update ON shop_tags;
CREATE TRIGGER search_document_on_update AFTER UPDATE ON shop_tags
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION private.shop_tags_updated_v2();
