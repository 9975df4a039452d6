DROP TRIGGER enrich_on_update ON shops;
CREATE TRIGGER enrich_on_update AFTER UPDATE ON shops
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION private.enrich_updated_shops_v2();
DROP FUNCTION private.enrich_updated_shops_v3();
