-- A member can ask to leave, for nobody else and with no say over the dates; from then on the database lets them do nothing.
ALTER TABLE account_deletions ALTER COLUMN purge_after SET DEFAULT now() + interval '14 days';
ALTER TABLE account_deletions ENABLE ROW LEVEL SECURITY;
REVOKE ALL ON account_deletions FROM anon, authenticated;
GRANT SELECT, INSERT (user_id) ON account_deletions TO authenticated;
CREATE POLICY account_deletions_select ON account_deletions FOR SELECT TO authenticated
    USING (user_id = (SELECT auth.uid()));
CREATE POLICY account_deletions_insert ON account_deletions FOR INSERT TO authenticated
    WITH CHECK (user_id = (SELECT auth.uid()));
