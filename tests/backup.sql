-- All that makes a database what it is, but for its rows. Each query's name stands above it; %% ends the helpers.
CREATE OR REPLACE FUNCTION pg_temp.sorted(rights aclitem[]) RETURNS text LANGUAGE sql AS
    $$ SELECT array_agg(item::text ORDER BY item::text)::text FROM unnest(rights) AS item $$;
CREATE OR REPLACE FUNCTION pg_temp.ours(object oid, namespace oid) RETURNS boolean LANGUAGE sql AS $$
    SELECT namespace::regnamespace::text IN ('public', 'private')
       AND NOT EXISTS (SELECT FROM pg_depend AS d WHERE d.objid = object AND d.deptype = 'e')
$$;
%%
-- schemas
SELECT nspname, pg_temp.sorted(nspacl) FROM pg_namespace WHERE nspname IN ('public', 'private')
-- tables
SELECT relnamespace::regnamespace::text, relname, relkind::text, relrowsecurity, relforcerowsecurity, reloptions::text,
       pg_get_userbyid(relowner), pg_temp.sorted(relacl), CASE WHEN relkind = 'v' THEN pg_get_viewdef(oid) END
  FROM pg_class WHERE pg_temp.ours(oid, relnamespace)
-- columns
SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity::text,
       a.attgenerated::text, a.attstorage::text, pg_get_expr(e.adbin, e.adrelid), pg_temp.sorted(a.attacl)
  FROM pg_attribute AS a
  JOIN pg_class AS c ON c.oid = a.attrelid
  LEFT JOIN pg_attrdef AS e ON e.adrelid = a.attrelid AND e.adnum = a.attnum
 WHERE a.attnum > 0 AND NOT a.attisdropped AND pg_temp.ours(c.oid, c.relnamespace)
-- policies
SELECT tablename, policyname, permissive, roles::text, cmd, qual, with_check FROM pg_policies
 WHERE schemaname IN ('public', 'private')
-- constraints
SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid), convalidated FROM pg_constraint
 WHERE pg_temp.ours(oid, connamespace)
-- indexes
SELECT indexdef FROM pg_indexes WHERE schemaname IN ('public', 'private')
-- triggers
SELECT pg_get_triggerdef(t.oid), t.tgenabled::text FROM pg_trigger AS t JOIN pg_class AS c ON c.oid = t.tgrelid
 WHERE NOT t.tgisinternal AND pg_temp.ours(c.oid, c.relnamespace)
-- functions
SELECT pg_get_functiondef(oid), pg_get_userbyid(proowner), pg_temp.sorted(proacl) FROM pg_proc
 WHERE pg_temp.ours(oid, pronamespace)
-- default rights
SELECT pg_get_userbyid(defaclrole), defaclnamespace::regnamespace::text, defaclobjtype::text, pg_temp.sorted(defaclacl)
  FROM pg_default_acl
-- sequences
SELECT schemaname, sequencename, last_value FROM pg_sequences
-- extensions
SELECT extname, extversion, extnamespace::regnamespace::text FROM pg_extension
