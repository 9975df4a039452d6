-- The two logins with their passwords, once the schema is there: what docs/deploy.md does by hand, for docker-compose.yml.
\set ON_ERROR_STOP on
\ir ../roles.sql
\getenv api_password API_DATABASE_PASSWORD
\getenv worker_password WORKER_DATABASE_PASSWORD
ALTER ROLE caferoam_api PASSWORD :'api_password';
ALTER ROLE caferoam_worker PASSWORD :'worker_password';
