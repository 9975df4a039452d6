-- Members keep their own lists, three of them, and put live cafés on them.
ALTER TABLE lists ADD CONSTRAINT lists_user_id_fkey FOREIGN KEY (user_id) REFERENCES profiles (id) ON DELETE CASCADE;
ALTER TABLE list_items ADD CONSTRAINT list_items_list_id_fkey FOREIGN KEY (list_id) REFERENCES lists (id) ON DELETE CASCADE;
ALTER TABLE list_items ADD CONSTRAINT list_items_shop_id_fkey FOREIGN KEY (shop_id) REFERENCES shops (id) ON DELETE CASCADE;
ALTER TABLE lists ENABLE ROW LEVEL SECURITY;
ALTER TABLE list_items ENABLE ROW LEVEL SECURITY;
REVOKE ALL ON lists, list_items FROM anon, authenticated;
GRANT SELECT, DELETE, INSERT (user_id, name), UPDATE (name, updated_at) ON lists TO authenticated;
GRANT SELECT, DELETE, INSERT (list_id, shop_id, position, note), UPDATE (position, note) ON list_items TO authenticated;

CREATE POLICY lists_select ON lists FOR SELECT TO authenticated USING (user_id = (SELECT auth.uid()));
CREATE POLICY lists_insert ON lists FOR INSERT TO authenticated WITH CHECK (user_id = (SELECT auth.uid()));
CREATE POLICY lists_update ON lists FOR UPDATE TO authenticated
    USING (user_id = (SELECT auth.uid())) WITH CHECK (user_id = (SELECT auth.uid()));
CREATE POLICY lists_delete ON lists FOR DELETE TO authenticated USING (user_id = (SELECT auth.uid()));

-- A foreign key is satisfied by a list one cannot see: so every verb asks whose list it is.
CREATE POLICY list_items_select ON list_items FOR SELECT TO authenticated
    USING (list_id IN (SELECT id FROM lists WHERE user_id = (SELECT auth.uid())));
CREATE POLICY list_items_insert ON list_items FOR INSERT TO authenticated
    WITH CHECK (list_id IN (SELECT id FROM lists WHERE user_id = (SELECT auth.uid()))
        AND EXISTS (SELECT FROM shops WHERE shops.id = shop_id AND shops.status = 'live'));
CREATE POLICY list_items_update ON list_items FOR UPDATE TO authenticated
    USING (list_id IN (SELECT id FROM lists WHERE user_id = (SELECT auth.uid())))
    WITH CHECK (list_id IN (SELECT id FROM lists WHERE user_id = (SELECT auth.uid())));
CREATE POLICY list_items_delete ON list_items FOR DELETE TO authenticated
    USING (list_id IN (SELECT id FROM lists WHERE user_id = (SELECT auth.uid())));

-- A new list takes the lowest free number of its member; to the fourth it gives a number that lists_cap refuses. The
-- profile is locked meanwhile, so that of two requests at once the second sees what the first has made. A transaction
-- that still does not see it (REPEATABLE READ) takes the same number, which lists_slot_once refuses.
CREATE FUNCTION private.number_list_v1() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$ BEGIN
    PERFORM FROM public.profiles WHERE id = NEW.user_id FOR NO KEY UPDATE;
    SELECT min(free) INTO NEW.slot FROM generate_series(1, 4) AS free
     WHERE NOT EXISTS (SELECT FROM public.lists AS l WHERE l.user_id = NEW.user_id AND l.slot = free);
    RETURN NEW;
END $$;
REVOKE ALL ON FUNCTION private.number_list_v1() FROM PUBLIC;
CREATE TRIGGER number_list BEFORE INSERT ON lists FOR EACH ROW EXECUTE FUNCTION private.number_list_v1();
-- A list keeps its owner: by moving lists one could collect more than three.
CREATE FUNCTION private.keep_list_owner_v1() RETURNS trigger LANGUAGE plpgsql SET search_path = '' AS $$ BEGIN
    RAISE EXCEPTION 'A list keeps its owner.' USING ERRCODE = 'check_violation', CONSTRAINT = 'lists_owner_fixed';
END $$;
REVOKE ALL ON FUNCTION private.keep_list_owner_v1() FROM PUBLIC;
CREATE TRIGGER keep_list_owner BEFORE UPDATE OF user_id ON lists FOR EACH ROW
    WHEN (NEW.user_id <> OLD.user_id) EXECUTE FUNCTION private.keep_list_owner_v1();

-- A café that has closed is shown to nobody any more, but who keeps it on a list must learn which one it is that closed.
-- Their own lists only, closed ones only: a draft that once was live stays hidden.
CREATE FUNCTION private.closed_listed_shops_v1(wanted uuid[]) RETURNS TABLE (
    id uuid, name text, city text, district text, rating float8, bucket text, path text, width integer, height integer
) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
    SELECT s.id, s.name, s.city, s.district, s.rating, p.bucket, p.path, p.width, p.height
      FROM public.shops AS s
      LEFT JOIN LATERAL (
          SELECT * FROM public.shop_photos AS photo WHERE photo.shop_id = s.id ORDER BY photo.position, photo.id LIMIT 1
      ) AS p ON true
     WHERE s.id = ANY (wanted) AND s.status = 'closed' AND EXISTS (
         SELECT FROM public.list_items AS i JOIN public.lists AS l ON l.id = i.list_id
          WHERE i.shop_id = s.id AND l.user_id = (SELECT auth.uid())
     )
$$;
REVOKE ALL ON FUNCTION private.closed_listed_shops_v1(uuid[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION private.closed_listed_shops_v1(uuid[]) TO authenticated;
