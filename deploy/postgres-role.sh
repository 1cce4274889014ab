#!/bin/sh
# Makes the role that the service logs in as, once, when the database is made: it owns nothing and is held to row-level
# security. What it may do, "quartermaster migrate --app-role" grants.
set -eu
psql --set=ON_ERROR_STOP=1 --username="$POSTGRES_USER" --dbname="$POSTGRES_DB" --set=password="$SERVICE_PASSWORD" <<'SQL'
create role quartermaster_service login nosuperuser nobypassrls nocreatedb nocreaterole password :'password';
SQL
