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
