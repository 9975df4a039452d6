DROP TRIGGER search_document_on_insert ON shops;
CREATE TRIGGER search_document_on_insert AFTER INSERT ON shops
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION private.shops_inserted_v1();
DROP TRIGGER search_document_on_update ON shops;
CREATE TRIGGER search_document_on_update AFTER UPDATE ON shops
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION private.shops_updated_v1();
DROP TRIGGER search_document_on_insert ON shop_tags;
CREATE TRIGGER search_document_on_insert AFTER INSERT ON shop_tags
    REFERENCING NEW TABLE AS changed_rows FOR EACH STATEMENT EXECUTE FUNCTION private.shop_tags_changed_v1();
DROP TRIGGER search_document_on_delete ON shop_tags;
CREATE TRIGGER search_document_on_delete AFTER DELETE ON shop_tags
    REFERENCING OLD TABLE AS changed_rows FOR EACH STATEMENT EXECUTE FUNCTION private.shop_tags_changed_v1();
DROP TRIGGER search_document_on_update ON shop_tags;
CREATE TRIGGER search_document_on_update AFTER UPDATE ON shop_tags
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION private.shop_tags_updated_v1();
DROP FUNCTION private.shop_tags_updated_v2();
DROP FUNCTION private.shop_tags_changed_v2();
DROP FUNCTION private.shops_updated_v2();
DROP FUNCTION private.shops_inserted_v2();
DROP FUNCTION private.rebuild_shop_search_v2(uuid[]);
ALTER TABLE shops DROP CONSTRAINT shops_open_minutes_in_week;
