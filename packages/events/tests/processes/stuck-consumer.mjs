// A consumer process for tests that kill it: says what it was given, and never finishes handling it.
// Arguments: name of the factory, its options as JSON, consumer, event type. Runs from dist/, as services do.
import * as events from '@cartograph/events';
import { pino } from 'pino';

const [factory, options, consumer, type] = process.argv.slice(2);
const bus = events[factory]({ ...JSON.parse(options), logger: pino({ level: 'silent' }) });
await bus.subscribe({
  consumer,
  types: [type],
  handle(event) {
    process.stdout.write(`${event.id}\n`);
    return new Promise(() => {});
  },
});
process.stdout.write('ready\n');
