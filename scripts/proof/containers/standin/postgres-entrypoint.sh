#!/bin/bash
# What postgres:18-alpine does with an empty volume: a cluster, a password, and the scripts of initdb.d.
set -euo pipefail
data=/var/lib/postgresql/18/docker
export POSTGRES_USER="${POSTGRES_USER:-postgres}"
if [ ! -s "$data/PG_VERSION" ]; then
  mkdir -p "$data"
  chown -R postgres:postgres /var/lib/postgresql
  password="$(mktemp)"
  printf '%s\n' "$POSTGRES_PASSWORD" >"$password"
  chown postgres "$password"
  setpriv --reuid postgres --regid postgres --init-groups initdb --pgdata "$data" --username "$POSTGRES_USER" --encoding UTF8 \
    --locale C --auth-host scram-sha-256 --auth-local trust --pwfile "$password" >/dev/null
  rm "$password"
  echo "host all all all scram-sha-256" >>"$data/pg_hba.conf"
  setpriv --reuid postgres --regid postgres --init-groups pg_ctl --pgdata "$data" --options "-c listen_addresses=''" --wait start >/dev/null
  for script in /docker-entrypoint-initdb.d/*.sh; do
    PGHOST=/var/run/postgresql bash "$script"
  done
  setpriv --reuid postgres --regid postgres --init-groups pg_ctl --pgdata "$data" --mode fast --wait stop >/dev/null
fi
# What follows in docker-compose.yml: `postgres -c …`.
shift
exec setpriv --reuid postgres --regid postgres --init-groups postgres -D "$data" -c "listen_addresses=*" "$@"
