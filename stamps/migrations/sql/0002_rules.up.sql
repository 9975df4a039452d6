-- Members look at their stamps. Only a check-in makes one, whoever inserts it, and it goes with the check-in.
ALTER TABLE stamps ADD CONSTRAINT stamps_user_id_fkey FOREIGN KEY (user_id) REFERENCES profiles (id) ON DELETE CASCADE;
ALTER TABLE stamps ADD CONSTRAINT stamps_check_in_id_fkey FOREIGN KEY (check_in_id) REFERENCES check_ins (id) ON DELETE CASCADE;
ALTER TABLE stamps ENABLE ROW LEVEL SECURITY;
REVOKE ALL ON stamps FROM anon, authenticated;
GRANT SELECT ON stamps TO authenticated;
CREATE POLICY stamps_select ON stamps FOR SELECT TO authenticated USING (user_id = (SELECT auth.uid()));

CREATE FUNCTION private.award_stamp_v1() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$ BEGIN
    INSERT INTO public.stamps (user_id, shop_id, check_in_id, design_url)
    VALUES (NEW.user_id, NEW.shop_id, NEW.id, '/stamps/' || NEW.shop_id || '.svg');
    RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION private.award_stamp_v1() FROM PUBLIC;
CREATE TRIGGER award_stamp AFTER INSERT ON check_ins FOR EACH ROW EXECUTE FUNCTION private.award_stamp_v1();

-- A stamp cannot be moved: it belongs to its check-in for good.
CREATE FUNCTION private.keep_stamp_v1() RETURNS trigger LANGUAGE plpgsql SET search_path = '' AS $$ BEGIN
    RAISE EXCEPTION 'A stamp cannot be moved.' USING ERRCODE = 'check_violation', CONSTRAINT = 'stamps_fixed';
END $$;
REVOKE ALL ON FUNCTION private.keep_stamp_v1() FROM PUBLIC;
CREATE TRIGGER keep_stamp BEFORE UPDATE OF user_id, shop_id, check_in_id ON stamps FOR EACH ROW
    EXECUTE FUNCTION private.keep_stamp_v1();

ALTER TABLE stamps ADD CONSTRAINT stamps_design_of_shop CHECK (design_url = '/stamps/' || shop_id || '.svg');

-- A closed café is no longer shown in the directory, but those who have its stamp still see what it looks like.
CREATE FUNCTION private.stamp_facts_v1(wanted uuid, sure double precision)
    RETURNS TABLE (name text, city text, district text, tags text[])
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
    SELECT shop.name, shop.city, shop.district, coalesce(given.tags, '{}')
      FROM public.shops AS shop
      LEFT JOIN LATERAL (
          SELECT array_agg(tag.tag_id::text) AS tags FROM public.effective_shop_tags AS tag
           WHERE tag.shop_id = shop.id AND tag.confidence >= sure
      ) AS given ON true
     WHERE shop.id = wanted AND shop.status IN ('live', 'closed')
$$;
REVOKE ALL ON FUNCTION private.stamp_facts_v1(uuid, double precision) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION private.stamp_facts_v1(uuid, double precision) TO anon, authenticated;
