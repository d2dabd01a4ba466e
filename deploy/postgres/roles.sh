#!/bin/sh
# Two roles: copydesk_owner makes and changes tables (`migrate`), copydesk_worker reads and writes rows. Run when a volume
# is made, and by hand after a secret was changed: docker compose exec db /deploy/roles.sh. It may run any number of times.
# Over the socket, as the superuser, who has no password and so cannot come from elsewhere.
set -eu
. /deploy/password.sh
owner=$(password owner_database_url)
worker=$(password worker_database_url)
psql --quiet --no-psqlrc --set=ON_ERROR_STOP=1 --username=postgres --dbname=copydesk <<SQL
BEGIN;
SELECT format('CREATE ROLE %I', name) FROM unnest(ARRAY['copydesk_owner', 'copydesk_worker']) AS name
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) \gexec
ALTER ROLE copydesk_owner LOGIN PASSWORD '$owner' NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS;
ALTER ROLE copydesk_worker LOGIN PASSWORD '$worker' NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS;
ALTER ROLE postgres PASSWORD NULL;

REVOKE ALL ON DATABASE copydesk FROM PUBLIC;
GRANT CONNECT ON DATABASE copydesk TO copydesk_owner, copydesk_worker;
ALTER SCHEMA public OWNER TO copydesk_owner;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO copydesk_worker;
-- What a later migration makes, too.
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO copydesk_worker;
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO copydesk_worker;
ALTER DEFAULT PRIVILEGES FOR ROLE copydesk_owner IN SCHEMA public
  GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO copydesk_worker;
ALTER DEFAULT PRIVILEGES FOR ROLE copydesk_owner IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO copydesk_worker;

-- For whoever states no limits of their own; the services state shorter ones.
ALTER ROLE copydesk_worker SET statement_timeout = '60s';
ALTER ROLE copydesk_worker SET lock_timeout = '30s';
ALTER ROLE copydesk_worker SET idle_in_transaction_session_timeout = '60s';
ALTER ROLE copydesk_worker SET idle_session_timeout = '1d';
ALTER ROLE copydesk_owner SET lock_timeout = '5min';
ALTER ROLE copydesk_owner SET idle_in_transaction_session_timeout = '10min';
COMMIT;
SQL
