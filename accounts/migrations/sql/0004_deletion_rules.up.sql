-- A member can ask to leave, for nobody else and with no say over the dates; from then on the database lets them do nothing.
ALTER TABLE account_deletions ALTER COLUMN purge_after SET DEFAULT statement_timestamp() + interval '14 days';
ALTER TABLE account_deletions ENABLE ROW LEVEL SECURITY;
REVOKE ALL ON account_deletions FROM anon, authenticated;
GRANT SELECT, INSERT (user_id) ON account_deletions TO authenticated;
CREATE POLICY account_deletions_select ON account_deletions FOR SELECT TO authenticated
    USING (user_id = (SELECT auth.uid()));
CREATE POLICY account_deletions_insert ON account_deletions FOR INSERT TO authenticated
    WITH CHECK (user_id = (SELECT auth.uid()));

-- For "all jobs about this member". Rows without a member are not in it.
CREATE INDEX job_queue_of_member ON job_queue ((payload ->> 'user_id')) WHERE (payload ->> 'user_id') IS NOT NULL;

-- Ends a member's jobs that wait, and with running ones those that are handed over too; erasure itself goes on. What the
-- reason says is how they are found again. Plans of functions are kept: hence no scan, as in enqueue_job_v2.
CREATE FUNCTION private.cancel_member_jobs_v1(member uuid, states text[], reason text) RETURNS integer
    LANGUAGE plpgsql SET search_path = '' SET enable_seqscan = off AS $$
DECLARE
    cancelled integer;
BEGIN
    WITH chosen AS MATERIALIZED (
        SELECT q.id FROM public.job_queue AS q
        WHERE q.payload ->> 'user_id' = member::text AND q.status LIKE ANY (states) AND q.job_type <> 'erase_member'
        ORDER BY q.id FOR UPDATE
    ), ended AS (
        UPDATE public.job_queue AS q
        SET status = 'failed', completed_at = now(), claimed_at = NULL, last_error = reason
        FROM chosen WHERE q.id = chosen.id RETURNING q.id, q.attempts
    )
    INSERT INTO public.job_events (job_id, kind, attempt, detail, actor)
    SELECT ended.id, 'cancelled', ended.attempts, reason, 'erasure' FROM ended;
    GET DIAGNOSTICS cancelled = ROW_COUNT;
    RETURN cancelled;
END $$;
REVOKE ALL ON FUNCTION private.cancel_member_jobs_v1(uuid, text[], text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION private.cancel_member_jobs_v1(uuid, text[], text) TO service_role;

-- What a wish to leave brings about at once, whoever writes it down: no more mail, no more work for the member, and the
-- date on which everything goes. They can still sign in, which opens nothing but the way back.
CREATE FUNCTION private.begin_deletion_v1() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$ BEGIN
    INSERT INTO public.consents (user_id, kind, granted, version, locale, source)
    SELECT p.id, 'weekly_email', false, given.version, given.locale, 'deletion'
    FROM public.profiles AS p CROSS JOIN LATERAL (
        SELECT c.version, c.locale FROM public.consents AS c WHERE c.user_id = p.id AND c.kind = 'weekly_email'
        ORDER BY c.at DESC, c.id DESC LIMIT 1
    ) AS given
    WHERE p.id = NEW.user_id AND p.email_opt_in;
    UPDATE public.data_exports SET status = 'failed' WHERE user_id = NEW.user_id AND status = 'pending';
    PERFORM private.cancel_member_jobs_v1(NEW.user_id, '{pending}', 'cancelled: the member has asked to leave');
    PERFORM private.enqueue_job_v2(
        'erase_member', jsonb_build_object('deletion_id', NEW.id, 'user_id', NEW.user_id), NULL, NEW.purge_after
    );
    RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION private.begin_deletion_v1() FROM PUBLIC;
CREATE TRIGGER begin_deletion AFTER INSERT ON account_deletions FOR EACH ROW
    WHEN (NEW.cancelled_at IS NULL)
    EXECUTE FUNCTION private.begin_deletion_v1();

-- The member who asks changes their mind. Says 'restored', 'too_late' once erasure has begun, or 'none'. What was
-- cancelled for them is queued again, or a photo would wait for ever; the weekly email needs a new consent.
CREATE FUNCTION private.restore_account_v1() RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' SET enable_seqscan = off AS $$
DECLARE
    member uuid := auth.uid();
    stopped uuid;
BEGIN
    UPDATE public.account_deletions SET cancelled_at = now()
    WHERE user_id = member AND cancelled_at IS NULL AND step = '' RETURNING id INTO stopped;
    IF stopped IS NULL THEN
        RETURN CASE WHEN EXISTS (SELECT FROM public.account_deletions WHERE user_id = member AND cancelled_at IS NULL)
            THEN 'too_late' ELSE 'none' END;
    END IF;
    UPDATE public.job_queue AS q
    SET status = 'failed', completed_at = now(), claimed_at = NULL, last_error = 'cancelled: the member has come back'
    WHERE q.payload ->> 'user_id' = member::text AND q.job_type = 'erase_member'
        AND q.status LIKE ANY ('{pending,claimed}'::text[]) AND q.payload ->> 'deletion_id' = stopped::text;
    UPDATE public.job_queue AS q
    SET status = 'pending', scheduled_at = now(), completed_at = NULL, last_error = NULL,
        max_attempts = greatest(q.max_attempts, q.attempts + 3)
    WHERE q.payload ->> 'user_id' = member::text AND q.status LIKE 'failed'
        AND q.last_error = 'cancelled: the member has asked to leave';
    PERFORM private.wake_relays_v1();
    RETURN 'restored';
END $$;
REVOKE ALL ON FUNCTION private.restore_account_v1() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION private.restore_account_v1() TO authenticated;
