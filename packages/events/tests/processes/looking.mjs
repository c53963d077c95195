// A process that looks at the dead letters again and again, for tests that kill it in the middle of a look.
// Arguments: address of RabbitMQ. Runs from dist/, as services do.
import { createRabbitMqBus } from '@cartograph/events';
import { pino } from 'pino';

const bus = createRabbitMqBus({ url: process.argv[2], logger: pino({ level: 'silent' }) });
process.stdout.write('ready\n');
for (;;) await bus.deadLetters.list();
