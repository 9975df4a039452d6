-- Everybody reads the menus of live cafés; nobody but workers and curators (service_role) writes.
ALTER TABLE menu_items ADD CONSTRAINT menu_items_shop_id_fkey FOREIGN KEY (shop_id) REFERENCES shops (id) ON DELETE CASCADE;
ALTER TABLE menu_items ENABLE ROW LEVEL SECURITY;
REVOKE ALL ON menu_items FROM anon, authenticated;
GRANT SELECT ON menu_items TO anon, authenticated;
CREATE POLICY menu_items_select ON menu_items FOR SELECT TO anon, authenticated
    USING (EXISTS (SELECT FROM shops WHERE shops.id = menu_items.shop_id AND shops.status = 'live'));
