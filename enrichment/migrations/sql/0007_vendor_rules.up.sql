-- Budgets and batches are for workers and operators: no grant, no policy. Search must know which vectors to compare.
ALTER TABLE llm_batch_items ADD CONSTRAINT llm_batch_items_batch_id_fkey FOREIGN KEY (batch_id) REFERENCES llm_batches (id) ON DELETE CASCADE;
ALTER TABLE llm_batch_items ADD CONSTRAINT llm_batch_items_shop_id_fkey FOREIGN KEY (shop_id) REFERENCES shops (id) ON DELETE CASCADE;
ALTER TABLE llm_budgets ENABLE ROW LEVEL SECURITY;
ALTER TABLE llm_batches ENABLE ROW LEVEL SECURITY;
ALTER TABLE llm_batch_items ENABLE ROW LEVEL SECURITY;
ALTER TABLE embedding_models ENABLE ROW LEVEL SECURITY;
REVOKE ALL ON llm_budgets, llm_batches, llm_batch_items, embedding_models FROM anon, authenticated;
GRANT SELECT ON embedding_models TO authenticated;
CREATE POLICY embedding_models_select ON embedding_models FOR SELECT TO authenticated USING (true);
