// `npm run bench -- NAME …`: the measurements without a script of their own. bench:gateway, bench:checkout and
// bench:catalogue have one.
const BENCHES = {
  client: [
    './client-size.mjs',
    'what a browser loads for the first page of the storefront and each page after it',
  ],
  events: ['./events.mjs', 'events per second from outbox over the bus to the consumer'],
  install: ['./install-size.mjs', 'what npm start, development and each container install'],
  memory: ['./memory.mjs', 'proportional memory of each idle process, alone or --against an earlier build'],
  streams: ['./streams/run.mjs', 'memory of 10,000 subscriptions, and how long an event takes'],
};

const [name] = process.argv.splice(2, 1);
if (!Object.hasOwn(BENCHES, name ?? '')) {
  console.error(
    `Expected the name of a measurement, got ${name ?? 'none'}. Usage: npm run bench -- NAME …\n`,
  );
  for (const [each, [, what]] of Object.entries(BENCHES)) console.error(`  ${each.padEnd(10)} ${what}`);
  process.exit(2);
}
await import(BENCHES[name][0]);
