-- A menu that a member photographed is read soon: before the backfills, which have priority 0.
CREATE FUNCTION private.queue_menu_photo_v1() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$ BEGIN
    PERFORM private.enqueue_job_v2(
        'enrich_menu_photo',
        jsonb_build_object('shop_id', NEW.shop_id, 'upload_id', NEW.menu_upload_id, 'user_id', NEW.user_id),
        5
    );
    RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION private.queue_menu_photo_v1() FROM PUBLIC;
CREATE TRIGGER queue_menu_photo AFTER INSERT ON check_ins FOR EACH ROW
    WHEN (NEW.menu_upload_id IS NOT NULL)
    EXECUTE FUNCTION private.queue_menu_photo_v1();
