-- From whose photo a menu was read, and what curators doubt of it, is none of the public's business.
REVOKE SELECT ON menu_items FROM anon, authenticated;
GRANT SELECT (id, shop_id, name, name_key, price_twd, category, source, updated_at) ON menu_items TO anon, authenticated;
