DROP TRIGGER enrich_on_update ON shop_reviews;
DROP TRIGGER enrich_on_delete ON shop_reviews;
DROP TRIGGER enrich_on_insert ON shop_reviews;
DROP TRIGGER enrich_on_update ON shops;
DROP TRIGGER enrich_on_insert ON shops;
CREATE TRIGGER enrich_on_insert AFTER INSERT ON shops
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION private.enrich_inserted_shops_v1();
CREATE TRIGGER enrich_on_update AFTER UPDATE ON shops
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION private.enrich_updated_shops_v1();
CREATE TRIGGER enrich_on_insert AFTER INSERT ON shop_reviews
    REFERENCING NEW TABLE AS changed_rows FOR EACH STATEMENT EXECUTE FUNCTION private.enrich_reviewed_shops_v1();
CREATE TRIGGER enrich_on_delete AFTER DELETE ON shop_reviews
    REFERENCING OLD TABLE AS changed_rows FOR EACH STATEMENT EXECUTE FUNCTION private.enrich_reviewed_shops_v1();
CREATE TRIGGER enrich_on_update AFTER UPDATE ON shop_reviews
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION private.enrich_edited_reviews_v1();
DROP FUNCTION private.enrich_edited_reviews_v2();
DROP FUNCTION private.enrich_reviewed_shops_v2();
DROP FUNCTION private.enrich_updated_shops_v2();
DROP FUNCTION private.enrich_inserted_shops_v2();
DROP FUNCTION private.queue_shop_jobs_v2(text, uuid[], integer, integer);
