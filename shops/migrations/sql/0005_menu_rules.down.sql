DROP POLICY menu_items_select ON menu_items;
ALTER TABLE menu_items DROP CONSTRAINT menu_items_shop_id_fkey;
