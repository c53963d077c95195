import { median } from '../support/processes.mjs';

const TITLES = { nested: 'Nested query', one: 'One-field query' };
const HEAD = [
  '| gateway | CPU a request (ms) | floor ÷ it | requests/s | floor share | fetches | p50 (ms) | p99 (ms) | memory (MiB) | answers |',
  '| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | --- |',
];

/** What was measured, as Markdown, and the rows behind it by operation. The first contender is the floor. */
export function tables({ running, leftOut, rounds, seconds, connections, nursery }) {
  const flags = nursery > 0 ? `\`--max-semi-space-size=${nursery}\`` : 'no flags of V8';
  const lines = [
    `${connections} connections, ${rounds} interleaved rounds of ${seconds} s each, medians; every process on one core, ${flags}.`,
    `Node.js ${process.version}. Written by \`npm run bench:gateway\`; bench/gateway/README.md says what the columns mean.`,
    ...leftOut.map((reason) => `Left out: ${reason}`),
  ];
  const results = {};
  for (const operation of Object.keys(TITLES)) {
    const floor = summary(running[0].runs[operation]);
    results[operation] = running.map((contender) => row(contender, operation, floor));
    for (const sharing of [false, true]) {
      const rows = results[operation].filter((one, index) => index === 0 || one.sharing === sharing);
      if (rows.length === 1) continue;
      const suffix = sharing ? ', sharing in-flight requests of different clients' : '';
      lines.push('', `### ${TITLES[operation]}${suffix}`, '', ...HEAD, ...rows.map(written));
    }
  }
  return { text: `${lines.join('\n')}\n`, results };
}

function row({ name, sharing, runs }, operation, floor) {
  const own = summary(runs[operation]);
  const total = runs[operation].reduce((sum, { requests }) => sum + requests, 0);
  const wrong = runs[operation].reduce((sum, run) => sum + run.wrong, 0);
  return {
    name,
    sharing: sharing === true,
    ...own,
    ratio: floor.cpuPerRequest / own.cpuPerRequest,
    share: own.perSecond / floor.perSecond,
    answers: wrong === 0 ? 'right' : `${wrong} of ${total} wrong`,
  };
}

function summary(runs) {
  const keys = ['perSecond', 'p50', 'p99', 'cpuPerRequest', 'memory', 'fetches'];
  return Object.fromEntries(keys.map((key) => [key, median(runs.map((run) => run[key]))]));
}

function written({ name, cpuPerRequest, ratio, perSecond, share, fetches, p50, p99, memory, answers }) {
  const cells = [
    name,
    cpuPerRequest.toFixed(cpuPerRequest < 0.5 ? 3 : 2),
    ratio.toFixed(2),
    perSecond.toFixed(0),
    share.toFixed(2),
    fetches.toFixed(1),
    p50.toFixed(1),
    p99.toFixed(1),
    memory.toFixed(0),
    answers,
  ];
  return `| ${cells.join(' | ')} |`;
}
