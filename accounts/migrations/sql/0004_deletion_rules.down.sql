DROP POLICY account_deletions_insert ON account_deletions;
DROP POLICY account_deletions_select ON account_deletions;
