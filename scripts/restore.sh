#!/usr/bin/env bash
# Restores a backup of scripts/backup.sh into the stores that Compose runs here, and starts the shop: `scripts/restore.sh DIR`.
# It changes nothing if the backup is incomplete or, without `--yes`, if a store has data, which would be lost.
set -euo pipefail
read -ra compose <<<"${COMPOSE:-docker compose}"
stores=(postgres mongodb redis rabbitmq)
replace=false
source=
for argument in "$@"; do
  case "$argument" in
    --yes) replace=true ;;
    -*) source= && break ;;
    /*) source="${argument%/}" ;;
    *) source="$PWD/${argument%/}" ;;
  esac
done
[ -n "$source" ] || { echo "Usage: scripts/restore.sh DIR [--yes]" >&2; exit 2; }
(cd "$source" && sha256sum --check --quiet SHA256SUMS) || { echo "$source is not a complete backup: see above." >&2; exit 1; }
cd "$(dirname "$0")/.."

on_postgres() { "${compose[@]}" exec -T postgres psql --username postgres --no-psqlrc --quiet --tuples-only --no-align -v ON_ERROR_STOP=1 "$@"; }
on_mongodb() { "${compose[@]}" exec -T mongodb mongosh --quiet --eval "$1"; }
are_ready() {
  "${compose[@]}" exec -T postgres pg_isready --quiet --username postgres --host 127.0.0.1 &&
    on_mongodb 'db.adminCommand("ping").ok' && "${compose[@]}" exec -T redis redis-cli ping &&
    "${compose[@]}" exec -T rabbitmq rabbitmqctl --quiet await_startup --timeout 30
} >/dev/null 2>&1
# Redis and RabbitMQ read their files only when they start.
while_down() {
  "${compose[@]}" stop "$1" </dev/null
  "${compose[@]}" run --rm -T --no-deps --entrypoint sh "$1" -c "$2"
}

"${compose[@]}" up --detach "${stores[@]}"
tries=0
until are_ready; do
  tries=$((tries + 1))
  [ "$tries" -lt 60 ] || { echo "The stores do not answer: ${compose[*]} logs ${stores[*]}" >&2; exit 1; }
  sleep 2
done

# Including databases that the backup does not contain: it may be older than a service.
databases="$(on_postgres --command "SELECT datname FROM pg_database WHERE NOT datistemplate AND datname <> 'postgres' ORDER BY 1")"
for dump in "$source"/*.pgdump; do
  grep -qx "$(basename "$dump" .pgdump)" <<<"$databases" || { echo "Postgres has no database for $dump. Nothing was changed." >&2; exit 1; }
done
held=()
for database in $databases; do
  tables="$(on_postgres --dbname "$database" --command "SELECT count(*) FROM pg_tables WHERE schemaname !~ '^pg_' AND schemaname <> 'information_schema'")"
  [ "$tables" = 0 ] || held+=("Postgres: $tables tables of $database")
done
collections="$(on_mongodb 'db.getSiblingDB("products").getCollectionNames()')"
[ "$(tr -d '[:space:]' <<<"$collections")" = '[]' ] || held+=("MongoDB: collections of products")
keys="$("${compose[@]}" exec -T redis redis-cli dbsize | tr -dc '0-9')"
[ "$keys" = 0 ] || held+=("Redis: $keys keys")
events="$("${compose[@]}" exec -T rabbitmq rabbitmqctl --quiet list_queues --no-table-headers messages | awk '{ sum += $1 } END { print sum + 0 }')"
[ "$events" = 0 ] || held+=("RabbitMQ: $events events")
if [ ${#held[@]} -gt 0 ] && [ "$replace" = false ]; then
  printf 'The stores are not empty:\n' >&2
  printf '  %s\n' "${held[@]}" >&2
  echo "Nothing was changed. To replace that data with the backup: scripts/restore.sh $source --yes" >&2
  exit 1
fi

running="$("${compose[@]}" ps --services --filter status=running)"
read -ra services <<<"$(grep -vxE 'postgres|mongodb|redis|rabbitmq|mailpit' <<<"$running" | tr '\n' ' ')"
[ ${#services[@]} -eq 0 ] || "${compose[@]}" stop --timeout 12 "${services[@]}"
say_if_broken() {
  [ $? = 0 ] || echo "The restore stopped halfway: the stores hold a part of the data. Fix what is reported above, then run scripts/restore.sh $source --yes" >&2
}
trap say_if_broken EXIT
trap 'exit 130' INT TERM HUP
# Everything is deleted first, because a store of a later version may have tables that the backup does not contain.
for database in $databases; do
  on_postgres --dbname "$database" <<'SQL'
SET client_min_messages = warning;
SELECT format('DROP SCHEMA %I CASCADE', nspname) FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema' \gexec
CREATE SCHEMA public AUTHORIZATION pg_database_owner;
GRANT USAGE ON SCHEMA public TO PUBLIC;
SQL
done
for database in $databases; do
  [ -e "$source/$database.pgdump" ] || continue
  "${compose[@]}" exec -T postgres pg_restore --username postgres --exit-on-error --single-transaction \
    --dbname "$database" <"$source/$database.pgdump"
done
on_mongodb 'db.getSiblingDB("products").dropDatabase()' >/dev/null
"${compose[@]}" exec -T mongodb mongorestore --quiet --archive <"$source/products.mongodump"
while_down redis 'rm -rf /data/appendonlydir /data/dump.rdb && tar -C /data -x' <"$source/redis.tar"
# Queued events describe changes that the restore undoes. Services declare their queues when they start.
while_down rabbitmq 'rm -rf /var/lib/rabbitmq/mnesia'
"${compose[@]}" up --detach
echo "Restored from $source"
