-- The weekly email is the workers' and curators' business: no grant, no policy.
ALTER TABLE digest_picks ADD CONSTRAINT digest_picks_edition_id_fkey FOREIGN KEY (edition_id) REFERENCES digest_editions (id) ON DELETE CASCADE;
ALTER TABLE digest_picks ADD CONSTRAINT digest_picks_shop_id_fkey FOREIGN KEY (shop_id) REFERENCES shops (id) ON DELETE CASCADE;
ALTER TABLE digest_deliveries ADD CONSTRAINT digest_deliveries_edition_id_fkey FOREIGN KEY (edition_id) REFERENCES digest_editions (id);
ALTER TABLE digest_deliveries ADD CONSTRAINT digest_deliveries_profile_id_fkey FOREIGN KEY (profile_id) REFERENCES profiles (id) ON DELETE CASCADE;
ALTER TABLE digest_unsubscribes ADD CONSTRAINT digest_unsubscribes_profile_id_fkey FOREIGN KEY (profile_id) REFERENCES profiles (id) ON DELETE CASCADE;
ALTER TABLE digest_suppressions ADD CONSTRAINT digest_suppressions_profile_id_fkey FOREIGN KEY (profile_id) REFERENCES profiles (id) ON DELETE SET NULL;

ALTER TABLE digest_editions ENABLE ROW LEVEL SECURITY;
ALTER TABLE digest_picks ENABLE ROW LEVEL SECURITY;
ALTER TABLE digest_deliveries ENABLE ROW LEVEL SECURITY;
ALTER TABLE digest_unsubscribes ENABLE ROW LEVEL SECURITY;
ALTER TABLE digest_suppressions ENABLE ROW LEVEL SECURITY;
ALTER TABLE digest_webhook_events ENABLE ROW LEVEL SECURITY;
REVOKE ALL ON digest_editions, digest_picks, digest_deliveries, digest_unsubscribes, digest_suppressions, digest_webhook_events
    FROM anon, authenticated;

-- What goes out is what was approved: nothing of it changes once the first mail may be on its way.
CREATE FUNCTION private.keep_edition_v1() RETURNS trigger LANGUAGE plpgsql SET search_path = '' AS $$ BEGIN
    RAISE EXCEPTION 'This edition is being sent, or was.'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'digest_editions_frozen';
END $$;
REVOKE ALL ON FUNCTION private.keep_edition_v1() FROM PUBLIC;
CREATE TRIGGER keep_edition BEFORE UPDATE ON digest_editions FOR EACH ROW
    WHEN (OLD.status IN ('sending', 'sent') AND (
        NEW.status IN ('draft', 'ready')
        OR (NEW.week, NEW.subject_zh, NEW.subject_en, NEW.intro_zh, NEW.intro_en)
            IS DISTINCT FROM (OLD.week, OLD.subject_zh, OLD.subject_en, OLD.intro_zh, OLD.intro_en)))
    EXECUTE FUNCTION private.keep_edition_v1();

CREATE FUNCTION private.keep_picks_v1() RETURNS trigger LANGUAGE plpgsql SET search_path = '' AS $$ BEGIN
    IF EXISTS (SELECT FROM public.digest_editions WHERE id = NEW.edition_id AND status IN ('sending', 'sent')) THEN
        RAISE EXCEPTION 'This edition is being sent, or was.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'digest_editions_frozen';
    END IF;
    RETURN NEW;
END $$;
REVOKE ALL ON FUNCTION private.keep_picks_v1() FROM PUBLIC;
CREATE TRIGGER keep_picks BEFORE INSERT OR UPDATE ON digest_picks FOR EACH ROW EXECUTE FUNCTION private.keep_picks_v1();

-- Addresses are kept by Supabase Auth alone: hence SECURITY DEFINER. Two functions, because one plan cannot serve both.
-- All who want the weekly email now, in chunks of a hundred; returns how many. Whether they still do is asked again when
-- their chunk is sent.
CREATE FUNCTION private.plan_weekly_email_v1(edition uuid) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
DECLARE
    planned bigint;
BEGIN
    INSERT INTO public.digest_deliveries (edition_id, profile_id, chunk)
    SELECT edition, wanted.id, (row_number() OVER (ORDER BY wanted.id) - 1) / 100
    FROM (
        SELECT p.id FROM public.profiles AS p JOIN auth.users AS u ON u.id = p.id
        WHERE p.email_opt_in AND p.pdpa_consent_at IS NOT NULL AND p.deactivated_at IS NULL AND u.email <> ''
            AND NOT EXISTS (SELECT FROM public.account_deletions AS d WHERE d.user_id = p.id AND d.cancelled_at IS NULL)
    ) AS wanted
    ON CONFLICT DO NOTHING;
    GET DIAGNOSTICS planned = ROW_COUNT;
    RETURN planned;
END $$;
REVOKE ALL ON FUNCTION private.plan_weekly_email_v1(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION private.plan_weekly_email_v1(uuid) TO service_role;

-- Those of these members who want it at this moment, with where to send it.
CREATE FUNCTION private.weekly_email_recipients_v1(members uuid[])
    RETURNS TABLE (profile_id uuid, email text, locale text)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
    SELECT p.id, u.email::text, p.locale::text FROM public.profiles AS p JOIN auth.users AS u ON u.id = p.id
    WHERE p.id = ANY (members)
        AND p.email_opt_in AND p.pdpa_consent_at IS NOT NULL AND p.deactivated_at IS NULL AND u.email <> ''
        AND NOT EXISTS (SELECT FROM public.account_deletions AS d WHERE d.user_id = p.id AND d.cancelled_at IS NULL)
$$;
REVOKE ALL ON FUNCTION private.weekly_email_recipients_v1(uuid[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION private.weekly_email_recipients_v1(uuid[]) TO service_role;

-- The link in the mail takes the consent back, and opens nothing else. Whether the link is known it does not say.
CREATE FUNCTION private.unsubscribe_v1(link_hash bytea) RETURNS void
    LANGUAGE sql SECURITY DEFINER SET search_path = '' AS $$
    INSERT INTO public.consents (user_id, kind, granted, version, locale, source)
    SELECT p.id, 'weekly_email', false, given.version, given.locale, 'unsubscribe'
    FROM public.digest_unsubscribes AS l JOIN public.profiles AS p ON p.id = l.profile_id
    CROSS JOIN LATERAL (
        SELECT c.version, c.locale FROM public.consents AS c WHERE c.user_id = p.id AND c.kind = 'weekly_email'
        ORDER BY c.at DESC, c.id DESC LIMIT 1
    ) AS given
    WHERE l.token_hash = link_hash AND p.email_opt_in
$$;
REVOKE ALL ON FUNCTION private.unsubscribe_v1(bytea) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION private.unsubscribe_v1(bytea) TO anon;

-- Keeps a message of the mail provider's, whose signature the API has checked, and queues the work; once for each id.
CREATE FUNCTION private.take_mail_event_v1(event_id text, kind text, payload jsonb) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$ BEGIN
    INSERT INTO public.digest_webhook_events (id, kind, payload) VALUES (event_id, kind, payload) ON CONFLICT DO NOTHING;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    PERFORM private.enqueue_job_v2('heed_mail_event', jsonb_build_object('event_id', event_id));
    RETURN true;
END $$;
REVOKE ALL ON FUNCTION private.take_mail_event_v1(text, text, jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION private.take_mail_event_v1(text, text, jsonb) TO anon;
