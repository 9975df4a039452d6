-- Members ask for uploads and see their own. How one goes on is decided by what claims it, and by the workers.
ALTER TABLE uploads ADD CONSTRAINT uploads_user_id_fkey FOREIGN KEY (user_id) REFERENCES profiles (id) ON DELETE CASCADE;
ALTER TABLE profiles ADD CONSTRAINT profiles_avatar_upload_id_fkey FOREIGN KEY (avatar_upload_id) REFERENCES uploads (id) ON DELETE SET NULL;
ALTER TABLE uploads ALTER COLUMN expires_at SET DEFAULT now() + interval '2 hours';  -- as long as a signed upload URL lives
ALTER TABLE uploads ENABLE ROW LEVEL SECURITY;
REVOKE ALL ON uploads FROM anon, authenticated;
GRANT SELECT, DELETE, INSERT (user_id, purpose, content_type, bytes) ON uploads TO authenticated;
CREATE POLICY uploads_select ON uploads FOR SELECT TO authenticated USING (user_id = (SELECT auth.uid()));
CREATE POLICY uploads_insert ON uploads FOR INSERT TO authenticated WITH CHECK (user_id = (SELECT auth.uid()));
-- For one whose URL could not be had: there is nothing behind it, and it must not count among those that wait.
CREATE POLICY uploads_delete ON uploads FOR DELETE TO authenticated
    USING (user_id = (SELECT auth.uid()) AND status = 'pending');

-- The profile is locked while they are counted: of two requests at once the second sees what the first has made.
CREATE FUNCTION private.cap_pending_uploads_v1() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$ BEGIN
    PERFORM FROM public.profiles WHERE id = NEW.user_id FOR NO KEY UPDATE;
    IF (SELECT count(*) FROM public.uploads
         WHERE user_id = NEW.user_id AND status = 'pending' AND expires_at > now()) >= 20 THEN
        RAISE EXCEPTION 'This member has 20 uploads that wait to be used.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'uploads_pending_cap';
    END IF;
    RETURN NEW;
END $$;
REVOKE ALL ON FUNCTION private.cap_pending_uploads_v1() FROM PUBLIC;
CREATE TRIGGER cap_pending_uploads BEFORE INSERT ON uploads FOR EACH ROW
    EXECUTE FUNCTION private.cap_pending_uploads_v1();

-- Claims uploads of one member for one purpose, all or none; false when any of them is not there to be claimed.
CREATE FUNCTION private.claim_uploads_v1(member uuid, wanted_purpose text, wanted uuid[]) RETURNS boolean
    LANGUAGE plpgsql SET search_path = '' AS $$
DECLARE
    claimed integer;
BEGIN
    -- In a fixed order, so that two check-ins that want the same uploads cannot wait for each other.
    PERFORM FROM public.uploads AS u WHERE u.id = ANY (wanted) ORDER BY u.id FOR UPDATE;
    UPDATE public.uploads AS u SET status = 'claimed', claimed_at = now()
     WHERE u.id = ANY (wanted) AND u.user_id = member AND u.purpose = wanted_purpose
       AND u.status = 'pending' AND u.expires_at > now();
    GET DIAGNOSTICS claimed = ROW_COUNT;
    RETURN claimed = cardinality(wanted);
END $$;
REVOKE ALL ON FUNCTION private.claim_uploads_v1(uuid, text, uuid[]) FROM PUBLIC;

-- A profile picture is claimed when it is set, and given up when another one, or none, takes its place.
CREATE FUNCTION private.change_avatar_v1() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$ BEGIN
    IF NEW.avatar_upload_id IS NOT NULL AND NOT private.claim_uploads_v1(NEW.id, 'avatar', ARRAY[NEW.avatar_upload_id]) THEN
        RAISE EXCEPTION 'This upload cannot be claimed.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'profiles_avatar_own_pending';
    END IF;
    UPDATE public.uploads SET status = 'discarded' WHERE id = OLD.avatar_upload_id;
    RETURN NEW;
END $$;
REVOKE ALL ON FUNCTION private.change_avatar_v1() FROM PUBLIC;
CREATE TRIGGER change_avatar BEFORE UPDATE OF avatar_upload_id ON profiles FOR EACH ROW
    WHEN (NEW.avatar_upload_id IS DISTINCT FROM OLD.avatar_upload_id)
    EXECUTE FUNCTION private.change_avatar_v1();

-- The workers' part is queued in the transaction that makes it due. Of one that is ready, the original goes.
CREATE FUNCTION private.queue_upload_jobs_v1() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$ BEGIN
    PERFORM private.enqueue_job_v2(
        CASE NEW.status WHEN 'claimed' THEN 'process_upload' ELSE 'delete_upload' END,
        jsonb_build_object('upload_id', NEW.id, 'user_id', NEW.user_id)
    );
    RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION private.queue_upload_jobs_v1() FROM PUBLIC;
CREATE TRIGGER queue_upload_jobs AFTER UPDATE OF status ON uploads FOR EACH ROW
    WHEN (NEW.status IS DISTINCT FROM OLD.status AND NEW.status IN ('claimed', 'ready', 'refused', 'discarded'))
    EXECUTE FUNCTION private.queue_upload_jobs_v1();
