-- The ledger is for workers and operators: no grant, no policy.
ALTER TABLE llm_usage ENABLE ROW LEVEL SECURITY;
REVOKE ALL ON llm_usage FROM anon, authenticated;
