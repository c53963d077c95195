#!/bin/sh
# Puts a backup of scripts/backup.sh into the stores that Compose runs here, and starts the shop:
# `scripts/restore.sh DIR`. What the stores hold is replaced, so it asks for `--yes` unless they are empty.
set -eu
cd "$(dirname "$0")/.."
COMPOSE="${COMPOSE:-docker compose}"
SERVICES="gateway users products cart orders payments notifications"
source="${1:?Usage: scripts/restore.sh DIR [--yes]}"
(cd "$source" && sha256sum --check --quiet SHA256SUMS) || {
  echo "$source is not whole: see above." >&2
  exit 1
}
source="$(cd "$source" && pwd)"

$COMPOSE stop --timeout 12 $SERVICES >/dev/null 2>&1 || true
$COMPOSE up --detach postgres mongodb rabbitmq
tries=0
until $COMPOSE exec -T postgres pg_isready --quiet --username postgres --host 127.0.0.1 &&
  $COMPOSE exec -T mongodb mongosh --quiet --eval 'db.adminCommand("ping").ok' >/dev/null; do
  tries=$((tries + 1))
  [ "$tries" -lt 60 ] || { echo "The stores do not answer." >&2; exit 1; }
  sleep 2
done
tables="$($COMPOSE exec -T postgres psql --username postgres --tuples-only --no-align --dbname orders \
  --command "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")"
if [ "$tables" != 0 ] && [ "${2:-}" != --yes ]; then
  echo "The stores are not empty. To replace what they hold: scripts/restore.sh $1 --yes" >&2
  exit 1
fi
for database in users orders payments notifications; do
  $COMPOSE exec -T postgres pg_restore --username postgres --clean --if-exists --exit-on-error --single-transaction \
    --dbname "$database" <"$source/$database.pgdump"
done
$COMPOSE exec -T mongodb mongorestore --quiet --drop --archive <"$source/products.mongodump"
# Redis reads its files only when it starts.
$COMPOSE stop redis >/dev/null 2>&1 || true
$COMPOSE run --rm -T --no-deps --entrypoint sh redis -c 'rm -rf /data/appendonlydir /data/dump.rdb && tar -C /data -x' <"$source/redis.tar"
$COMPOSE up --detach
echo "Restored from $1"
