#!/bin/sh
# Creates a role and a database for each service, so that none can read another's tables.
set -eu
for service in users orders payments notifications pricing shipping; do
  variable="$(echo "$service" | tr '[:lower:]' '[:upper:]')_DB_PASSWORD"
  password="$(printenv "$variable")"
  psql --set=ON_ERROR_STOP=1 --set=name="$service" --set=password="$password" --username "$POSTGRES_USER" <<'SQL'
CREATE ROLE :"name" LOGIN PASSWORD :'password';
CREATE DATABASE :"name" OWNER :"name";
REVOKE CONNECT ON DATABASE :"name" FROM PUBLIC;
SQL
done
