DROP TRIGGER enrich_on_delete ON shop_reviews;
DROP TRIGGER enrich_on_insert ON shop_reviews;
DROP TRIGGER enrich_on_update ON shops;
DROP TRIGGER enrich_on_insert ON shops;
DROP FUNCTION private.enrich_reviewed_shops_v1();
DROP FUNCTION private.enrich_updated_shops_v1();
DROP FUNCTION private.enrich_inserted_shops_v1();
DROP FUNCTION private.queue_shop_jobs_v1(text, uuid[], integer, integer);
DROP INDEX job_queue_pending_shop;
