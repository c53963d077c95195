import { setTimeout as sleep } from 'node:timers/promises';
import { describe } from '@jest/globals';
import { startTestRabbitMq, type TestRabbitMq } from '@cartograph/testing';
import { connect } from 'amqplib';
import { pino } from 'pino';
import { createRabbitMqBus } from '../src/index.js';
import { describeBusContract } from './bus-contract.js';

const logger = pino({ level: 'silent' });

describe('The RabbitMQ bus', () => {
  let server: TestRabbitMq;

  describeBusContract({
    factory: 'createRabbitMqBus',
    options: () => ({ url: server.url }),
    createBus: (limits) => createRabbitMqBus({ url: server.url, logger, ...limits }),
    async publishRaw(aggregate, type, text) {
      const connection = await connect(server.url);
      const channel = await connection.createConfirmChannel();
      channel.publish(aggregate, type, Buffer.from(text));
      await channel.waitForConfirms();
      await connection.close();
    },
    async stopBroker() {
      // RabbitMQ 3.10 notes a new quorum queue's log on disk only after a moment, which nothing tells the end of:
      // killed before it, the queue is lost for good (a graceful stop is safe, and so are queues that have existed).
      await sleep(1500);
      await server.process.kill();
    },
    startBroker: () => server.process.start(),
    sharing: 'one works',
    async start() {
      server = await startTestRabbitMq();
    },
    // Queues are of each test's own, and get only what comes after them.
    reset: async () => {},
    close: () => server.close(),
  });
});
