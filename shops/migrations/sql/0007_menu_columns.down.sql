REVOKE SELECT (id, shop_id, name, name_key, price_twd, category, source, updated_at) ON menu_items FROM anon, authenticated;
GRANT SELECT ON menu_items TO anon, authenticated;
