#!/usr/bin/env bash
# RabbitMQ 3.10: the argument that means "no delivery limit" drops a message the first time it is given back
#
# RabbitMQ 4 limits the deliveries of every quorum queue to 20 unless `x-delivery-limit` says otherwise; -1 means no limit.
# One would guess that an older version, which has no such default, either refuses -1 or ignores it. 3.10 accepts it, and
# then drops the message at the first return, as its count of 1 is greater than -1. A queue that is declared with -1 for
# RabbitMQ 4 so loses messages on 3.10, and its arguments cannot be changed afterwards. A large limit works on both.
#
# Needs rabbitmq-server of Debian (apt-get install rabbitmq-server) and npm; fetches amqplib into a temporary folder.
set -euo pipefail

program=$(find /usr/lib/rabbitmq/lib -name rabbitmq-server -path '*/sbin/*' 2>/dev/null | head -1)
[ -n "$program" ] || { echo "RabbitMQ is not installed: apt-get install rabbitmq-server"; exit 2; }
home=$(mktemp -d)
pids=()
cleanup() {
  for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
  wait
  rm -rf "$home"
}
trap cleanup EXIT

cd "$home"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund amqplib@2.3.1
read -r port epmd dist < <(node -e '
  const { createServer } = require("node:net");
  const servers = [0, 1, 2].map(() => createServer().listen(0, "127.0.0.1"));
  Promise.all(servers.map((s) => new Promise((r) => s.once("listening", r)))).then(() => {
    console.log(servers.map((s) => s.address().port).join(" "));
    for (const s of servers) s.close();
  });')
echo '[].' >enabled_plugins
export HOME=$home ERL_EPMD_PORT=$epmd ERL_EPMD_ADDRESS=127.0.0.1 RABBITMQ_NODENAME=finding-$port@localhost \
  RABBITMQ_NODE_IP_ADDRESS=127.0.0.1 RABBITMQ_NODE_PORT=$port RABBITMQ_DIST_PORT=$dist \
  RABBITMQ_MNESIA_BASE=$home/mnesia RABBITMQ_LOG_BASE=$home/log RABBITMQ_ENABLED_PLUGINS_FILE=$home/enabled_plugins \
  RABBITMQ_CONF_ENV_FILE=$home/none RABBITMQ_CONFIG_FILE=$home/none RUNNING_UNDER_SYSTEMD=yes
epmd &
pids+=($!)
"$program" >out.log 2>&1 &
pids+=($!)
for _ in $(seq 600); do
  grep -q 'completed with' out.log && break
  kill -0 "${pids[1]}" || { cat out.log; exit 2; }
  sleep 0.2
done

cat >try.mjs <<'JS'
import { connect } from 'amqplib';
const connection = await connect(`amqp://guest:guest@127.0.0.1:${process.argv[2]}`);
const { version } = connection.connection.serverProperties;
console.log(`RabbitMQ ${version}, amqplib 2.3.1`);
async function looksUntilGone(name, limit, most = 30) {
  const channel = await connection.createConfirmChannel();
  const args = { 'x-queue-type': 'quorum', ...(limit !== undefined && { 'x-delivery-limit': limit }) };
  await channel.assertQueue(name, { durable: true, arguments: args });
  channel.sendToQueue(name, Buffer.from('letter'), { persistent: true });
  await channel.waitForConfirms();
  let looks = 0;
  while (looks < most) {
    const look = await connection.createChannel();
    const message = await look.get(name);
    if (message) look.nack(message, false, true);
    await look.close();
    if (!message) break;
    looks += 1;
    // What was given back is there again, or gone, once the queue has applied it.
    for (let tries = 0; tries < 40 && (await channel.checkQueue(name)).messageCount === 0; tries++)
      await new Promise((resolve) => setTimeout(resolve, 25));
  }
  console.log(`  x-delivery-limit ${limit ?? 'not given'}: ${looks === most ? `still there after ${most} looks` : `gone after ${looks}`}`);
  return looks;
}
const [none, minusOne, large] = [
  await looksUntilGone('none', undefined),
  await looksUntilGone('minus-one', -1),
  await looksUntilGone('large', 2 ** 31 - 1),
];
await connection.close();
process.exit(none === 30 && minusOne === 1 && large === 30 ? 0 : 1);
JS
if node try.mjs "$port"; then
  echo "As found: -1 is accepted, and the message is dropped the first time it is given back."
else
  echo "This has changed."
  exit 1
fi
