#!/usr/bin/env bash
# Puts a backup of scripts/backup.sh into the stores that Compose runs here, and starts the shop:
# `scripts/restore.sh DIR`. What the stores hold is replaced, so it asks for `--yes` unless they are empty.
set -euo pipefail
cd "$(dirname "$0")/.."
read -ra compose <<<"${COMPOSE:-docker compose}"
services=(gateway users products cart orders payments notifications)
source="${1:?Usage: scripts/restore.sh DIR [--yes]}"
(cd "$source" && sha256sum --check --quiet SHA256SUMS) || {
  echo "$source is not whole: see above." >&2
  exit 1
}
source="$(cd "$source" && pwd)"

"${compose[@]}" stop --timeout 12 "${services[@]}" >/dev/null 2>&1 || true
"${compose[@]}" up --detach postgres mongodb rabbitmq
tries=0
until "${compose[@]}" exec -T postgres pg_isready --quiet --username postgres --host 127.0.0.1 &&
  "${compose[@]}" exec -T mongodb mongosh --quiet --eval 'db.adminCommand("ping").ok' >/dev/null; do
  tries=$((tries + 1))
  [ "$tries" -lt 60 ] || { echo "The stores do not answer." >&2; exit 1; }
  sleep 2
done
tables="$("${compose[@]}" exec -T postgres psql --username postgres --tuples-only --no-align --dbname orders \
  --command "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")"
if [ "$tables" != 0 ] && [ "${2:-}" != --yes ]; then
  echo "The stores are not empty. To replace what they hold: scripts/restore.sh $1 --yes" >&2
  exit 1
fi
for database in users orders payments notifications; do
  "${compose[@]}" exec -T postgres pg_restore --username postgres --clean --if-exists --exit-on-error --single-transaction \
    --dbname "$database" <"$source/$database.pgdump"
done
"${compose[@]}" exec -T mongodb mongorestore --quiet --drop --archive <"$source/products.mongodump"
# Redis reads its files only when it starts.
"${compose[@]}" stop redis >/dev/null 2>&1 || true
"${compose[@]}" run --rm -T --no-deps --entrypoint sh redis -c 'rm -rf /data/appendonlydir /data/dump.rdb && tar -C /data -x' <"$source/redis.tar"
"${compose[@]}" up --detach
echo "Restored from $1"
