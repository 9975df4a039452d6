-- Members see, make and take back their own check-ins; they cannot change one.
ALTER TABLE check_ins ADD CONSTRAINT check_ins_user_id_fkey FOREIGN KEY (user_id) REFERENCES profiles (id) ON DELETE CASCADE;
ALTER TABLE check_ins ADD CONSTRAINT check_ins_menu_upload_id_fkey FOREIGN KEY (menu_upload_id) REFERENCES uploads (id) ON DELETE SET NULL;
ALTER TABLE check_ins ENABLE ROW LEVEL SECURITY;
REVOKE ALL ON check_ins FROM anon, authenticated;
GRANT SELECT, DELETE ON check_ins TO authenticated;
GRANT INSERT (user_id, shop_id, photo_upload_ids, menu_upload_id, note, idempotency_key, request_hash) ON check_ins TO authenticated;
CREATE POLICY check_ins_select ON check_ins FOR SELECT TO authenticated USING (user_id = (SELECT auth.uid()));
CREATE POLICY check_ins_insert ON check_ins FOR INSERT TO authenticated
    WITH CHECK (user_id = (SELECT auth.uid()) AND EXISTS (SELECT FROM shops WHERE shops.id = shop_id AND shops.status = 'live'));
CREATE POLICY check_ins_delete ON check_ins FOR DELETE TO authenticated USING (user_id = (SELECT auth.uid()));

-- No check-in without its photos, no photo in two check-ins: the uploads are claimed in the statement that inserts it.
CREATE FUNCTION private.claim_check_in_photos_v1() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$ BEGIN
    IF NOT private.claim_uploads_v1(NEW.user_id, 'checkin_photo', NEW.photo_upload_ids) THEN
        RAISE EXCEPTION 'A photo of this check-in cannot be claimed.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'check_ins_photos_own_pending';
    END IF;
    IF NEW.menu_upload_id IS NOT NULL AND NOT private.claim_uploads_v1(NEW.user_id, 'menu_photo', ARRAY[NEW.menu_upload_id]) THEN
        RAISE EXCEPTION 'The menu photo of this check-in cannot be claimed.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'check_ins_menu_own_pending';
    END IF;
    RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION private.claim_check_in_photos_v1() FROM PUBLIC;
-- After the row itself, so that a repeated idempotency key is what a repeated request hears of first.
CREATE TRIGGER claim_check_in_photos AFTER INSERT ON check_ins FOR EACH ROW
    EXECUTE FUNCTION private.claim_check_in_photos_v1();

-- A member who deletes locks the check-in and then its uploads, a worker who refuses a photo the other way round. So both
-- lock the profile first, as does whoever erases the member.
CREATE FUNCTION private.hold_own_profile_v1() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$ BEGIN
    PERFORM FROM public.profiles WHERE id = (SELECT auth.uid()) FOR NO KEY UPDATE;
    RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION private.hold_own_profile_v1() FROM PUBLIC;
CREATE TRIGGER hold_own_profile BEFORE DELETE ON check_ins FOR EACH STATEMENT
    EXECUTE FUNCTION private.hold_own_profile_v1();

CREATE FUNCTION private.discard_check_in_photos_v1() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$ BEGIN
    -- A refused one keeps its reason for the member to read; its objects are on their way out already.
    UPDATE public.uploads SET status = 'discarded'
     WHERE id = ANY (OLD.photo_upload_ids || OLD.menu_upload_id) AND status <> 'refused';
    RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION private.discard_check_in_photos_v1() FROM PUBLIC;
CREATE TRIGGER discard_check_in_photos AFTER DELETE ON check_ins FOR EACH ROW
    EXECUTE FUNCTION private.discard_check_in_photos_v1();

-- A check-in has at least one photo: when the last of them turns out not to be one, it goes, and its stamp with it.
CREATE FUNCTION private.end_photoless_check_in_v1() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$ BEGIN
    -- Locked first: two photos refused at the same moment must see each other.
    PERFORM FROM public.check_ins AS c
      WHERE c.user_id = NEW.user_id AND c.photo_upload_ids @> ARRAY[NEW.id] FOR UPDATE;
    DELETE FROM public.check_ins AS c
     WHERE c.user_id = NEW.user_id AND c.photo_upload_ids @> ARRAY[NEW.id]
       AND NOT EXISTS (
           SELECT FROM public.uploads AS u WHERE u.id = ANY (c.photo_upload_ids) AND u.status IN ('claimed', 'ready')
       );
    RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION private.end_photoless_check_in_v1() FROM PUBLIC;
CREATE TRIGGER end_photoless_check_in AFTER UPDATE OF status ON uploads FOR EACH ROW
    WHEN (NEW.status = 'refused' AND NEW.purpose = 'checkin_photo')
    EXECUTE FUNCTION private.end_photoless_check_in_v1();

-- Where a member has been is theirs to read by name, after the café has closed as well, when it is shown to nobody else.
-- What was taken out of the directory without having closed stays hidden.
CREATE FUNCTION private.visited_shops_v1(wanted uuid[]) RETURNS TABLE (
    id uuid, name text, city text, district text, status text
) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
    SELECT s.id, s.name, s.city, s.district, s.status
      FROM public.shops AS s
     WHERE s.id = ANY (wanted) AND s.status IN ('live', 'closed')
       AND EXISTS (SELECT FROM public.check_ins AS c WHERE c.shop_id = s.id AND c.user_id = (SELECT auth.uid()))
$$;
REVOKE ALL ON FUNCTION private.visited_shops_v1(uuid[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION private.visited_shops_v1(uuid[]) TO authenticated;
