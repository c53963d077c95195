const TITLES = { plain: 'Events passed on', joined: 'One join at each event' };
const HEAD = [
  '| | memory before (MiB) | all open (MiB) | per stream (KiB) | at most, delivering (MiB) | CPU an event (ms) | latency p50 (ms) | p99 (ms) | p99.9 (ms) | events |',
  '| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | --- |',
];

/** What was measured, as Markdown. `results` has a list for each operation: the bare server, then the gateway. */
export function table({ results, streams, sockets, events, rate, rounds }) {
  const lines = [
    `${streams} open subscriptions at each server, each different, over ${sockets} sockets; ${rounds} interleaved rounds of ${events} events at ${rate} a second.`,
    `Node.js ${process.version}, \`--max-semi-space-size=64\` for both. Written by \`npm run bench -- streams\`.`,
  ];
  for (const pair of results) {
    const rows = pair.map((result) => summary(result, streams));
    const [bare, gateway] = rows;
    lines.push(
      '',
      `### ${TITLES[pair[0].operation]}`,
      '',
      ...HEAD,
      ...rows.map(written),
      '',
      `Latency, gateway ÷ bare: p50 ${(gateway.p50 / bare.p50).toFixed(1)}, p99 ${(gateway.p99 / bare.p99).toFixed(1)}.`,
    );
  }
  return `${lines.join('\n')}\n`;
}

function summary({ name, before, open, runs }, streams) {
  const latencies = runs.flatMap((run) => run.latencies).sort((a, b) => a - b);
  const quantile = (share) => latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * share))];
  const wrong = runs.reduce((sum, run) => sum + run.wrong.length, 0);
  return {
    name,
    before,
    open,
    perStream: ((open - before) * 1024) / streams,
    peak: Math.max(...runs.map(({ peak }) => peak)),
    cpu: runs.reduce((sum, run) => sum + run.cpuPerEvent, 0) / runs.length,
    p50: quantile(0.5),
    p99: quantile(0.99),
    p999: quantile(0.999),
    events: wrong === 0 ? `${latencies.length} right` : `${wrong} of ${latencies.length} wrong`,
  };
}

function written(row) {
  const cells = [
    row.name,
    row.before.toFixed(0),
    row.open.toFixed(0),
    row.perStream.toFixed(1),
    row.peak.toFixed(0),
    row.cpu.toFixed(2),
    row.p50.toFixed(2),
    row.p99.toFixed(2),
    row.p999.toFixed(2),
    row.events,
  ];
  return `| ${cells.join(' | ')} |`;
}
