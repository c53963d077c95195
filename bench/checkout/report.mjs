// What `npm run bench:checkout` prints and keeps.
import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';

/** Without the peer it is a file of its own, so that a run of ours alone does not take the comparison's place. */
const fileOf = (purchases) =>
  new URL(
    `../results/checkout${purchases.some(({ shop }) => shop !== 'Cartograph') ? '' : '-without-peer'}.md`,
    import.meta.url,
  );

const round = (number, digits = 1) => number.toFixed(digits);
const row = (cells) => `| ${cells.join(' | ')} |`;
const totalOf = (used) => [...used.values()].reduce((sum, ms) => sum + ms, 0);

/** Writes the report into bench/results. @returns its text */
export function report({ count, warmUp, seconds, purchases, checkouts, followers, rush }) {
  const [cpu] = cpus();
  const text = [
    `On ${cpus().length} cores (${cpu?.model.trim()}), Node.js ${process.versions.node}; services, stores and load share the machine.`,
    '',
    'Whole purchases: into a cart, checkout with address, until the payment is accepted (`PAYMENT_DELAY_MS=0`: the simulated bank',
    'answers at once, as a peer’s does). CPU is user and system time of all services and stores by `/proc`, a purchase, until',
    'all that follows from it is done: events, mails, a peer’s jobs. A peer has a Postgres with the same settings, and both take turns,',
    `each for ${seconds} s in all, after ${warmUp} purchases to warm up and half a turn that does not count.`,
    '',
    ...purchaseTable(purchases),
    '',
    `Checkouts, ${count} of each: the floor makes the same writes by bare drivers: two transactions, a hold and a conditional stock update, with no`,
    `GraphQL, cart, prices or events sent; both by turns. Alone: while ${followers.join(' and ')} are stopped; their events wait,`,
    'and all orders are paid after their start. With what follows: while both work on the same cores.',
    '',
    ...checkoutTable(checkouts),
    '',
    `The last ${rush.pieces} pieces, wanted by ${rush.buyers} buyers at the same moment, ${rush.runs.length} times: confirmed and paid`,
    `${rush.runs.map(({ confirmed }) => confirmed).join(', ')}; all others were told ${[...new Set(rush.runs.flatMap(({ refusals }) => refusals))].join(', ')}.`,
    '',
  ].join('\n');
  writeFileSync(fileOf(purchases), text);
  return text;
}

/** Lines of a table: one for each shop and number of buyers. */
export function purchaseTable(purchases) {
  const ahead = ({ shop, atOnce, rate, used }) => {
    const peer = purchases.find((other) => other.atOnce === atOnce && other.shop !== shop);
    if (shop !== 'Cartograph' || !peer) return '';
    return `${round(rate / peer.rate)} × as many, ${round(totalOf(peer.used) / totalOf(used))} × less CPU`;
  };
  return [
    row(['at once', 'shop', 'purchases/s', 'p50 (ms)', 'p99 (ms)', 'CPU (ms)', 'of it', 'beside the peer']),
    row(['---:', '---', '---:', '---:', '---:', '---:', '---', '---']),
    ...purchases.map((purchase) => {
      const { shop, atOnce, rate, p50, p99, used } = purchase;
      const parts = [...used].map(([part, ms]) => `${part} ${round(ms)}`).join(', ');
      return row([
        atOnce,
        shop,
        ...[rate, p50, p99, totalOf(used)].map((n) => round(n)),
        parts,
        ahead(purchase),
      ]);
    }),
  ];
}

function checkoutTable(checkouts) {
  return [
    row([
      'at once',
      '',
      'checkouts/s',
      'p50 (ms)',
      'p99 (ms)',
      'floor/s',
      'p50 (ms)',
      'p99 (ms)',
      'share of the floor',
    ]),
    row(['---:', '---', ...Array(7).fill('---:')]),
    ...checkouts.map(({ atOnce, kind, own, floor }) =>
      row([
        atOnce,
        kind,
        ...[own, floor].flatMap(({ rate, p50, p99 }) => [rate, p50, p99]).map((n) => round(n)),
        round(own.rate / floor.rate, 2),
      ]),
    ),
  ];
}
