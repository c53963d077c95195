import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { findRabbitMq, startTestRabbitMq, until, type TestRabbitMq } from '@cartograph/testing';
import { connect, type ChannelModel, type ConfirmChannel, type ConsumeMessage } from 'amqplib';
import { pino } from 'pino';
import { createRabbitMqBus, type BusLimits, type EventBus } from '../src/index.js';
import { describeBusContract } from './bus-contract.js';
import { createRecorder, stockChanged, upTo, userRegistered } from './contract/recorder.js';
import { describeRabbitDeadLetters } from './rabbitmq-dead-letters.js';

const logger = pino({ level: 'silent' });

// A fresh clone must pass its tests with Node.js and git alone; a pipeline has RabbitMQ and must not miss this.
const isPossible = findRabbitMq() !== undefined || process.env['CI'] !== undefined;
if (!isPossible) process.stderr.write('RabbitMQ is not installed here: its tests are left out.\n');
const describeWithRabbitMq = isPossible ? describe : describe.skip;

describeWithRabbitMq('The RabbitMQ bus', () => {
  let server: TestRabbitMq;

  describeBusContract({
    factory: 'createRabbitMqBus',
    options: () => ({ url: server.url }),
    createBus: (settings) => createRabbitMqBus({ url: server.url, logger, ...settings }),
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

  describeRabbitDeadLetters(() => server.url);

  describe('for other programs and for operators', () => {
    const buses: EventBus[] = [];
    let connection: ChannelModel;
    let channel: ConfirmChannel;

    beforeEach(async () => {
      connection = await connect(server.url);
      channel = await connection.createConfirmChannel();
      channel.on('error', () => {});
    });
    afterEach(async () => {
      await connection.close();
      await Promise.all(buses.splice(0).map((bus) => bus.close()));
    });
    const createBus = (limits: Partial<BusLimits> = {}) => {
      const bus = createRabbitMqBus({ url: server.url, logger, ...limits });
      buses.push(bus);
      return bus;
    };

    it('publishes to a topic exchange per aggregate, by type, as persistent JSON', async () => {
      const bus = createBus();
      await bus.subscribe({ consumer: 'outside', types: ['user.registered'], handle: async () => {} });
      const { queue } = await channel.assertQueue('', { exclusive: true });
      await channel.bindQueue(queue, 'products', 'stock.*');
      const messages: ConsumeMessage[] = [];
      await channel.consume(queue, (message) => message && messages.push(message), { noAck: true });
      const event = stockChanged('outside', 1);
      await bus.publish([userRegistered('outside'), event]);
      await until(() => messages.length === 1);
      expect(JSON.parse(messages[0]!.content.toString())).toEqual(event);
      expect(messages[0]!.fields).toMatchObject({ exchange: 'products', routingKey: 'stock.changed' });
      expect(messages[0]!.properties).toMatchObject({
        deliveryMode: 2,
        contentType: 'application/json',
        messageId: event.id,
      });
    });

    it('keeps a durable quorum queue for each consumer and aggregate', async () => {
      await createBus().subscribe({ consumer: 'keeper', types: ['user.registered'], handle: async () => {} });
      // RabbitMQ tells the first difference to whoever declares a queue in another way.
      const inAnotherWay = channel.assertQueue('keeper.users', {
        durable: true,
        arguments: {
          'x-queue-type': 'quorum',
          'x-dead-letter-exchange': 'dead-letters',
          'x-dead-letter-strategy': 'at-least-once',
          'x-overflow': 'reject-publish',
          'x-delivery-limit': 7,
          'x-single-active-consumer': true,
        },
      });
      await expect(inAnotherWay).rejects.toThrow(/'x-delivery-limit'.*current is '50'/);
    });

    it('stops delivering a type that the consumer no longer handles', async () => {
      const before = await createBus().subscribe({
        consumer: 'changing',
        types: ['stock.changed', 'product.changed'],
        handle: async () => {},
      });
      await before.close();
      await createBus().subscribe({
        consumer: 'changing',
        types: ['product.changed'],
        handle: async () => {},
      });
      await createBus().publish([stockChanged('changing', 1)]);
      expect((await channel.checkQueue('changing.products')).messageCount).toBe(0);
    });

    it('does not let one aggregate whose events fail keep all others out', async () => {
      const bus = createBus({ backoffBaseMs: 60_000, maxAttempts: 10 });
      const recorder = createRecorder((event) => {
        if (event.aggregateId === 'hog') throw new Error('fails always');
      });
      await bus.subscribe({ consumer: 'crowded', types: ['stock.changed'], handle: recorder.handle });
      await bus.publish([...upTo(600).map((n) => stockChanged('hog', n)), stockChanged('humble', 1)]);
      await until(() => recorder.of('humble').length === 1);
      const letters = await bus.deadLetters.list({ consumer: 'crowded', limit: 1000 });
      expect(letters[0]!.reason).toMatch(/^Error: fails always \(given up early/);
      expect(letters.map((letter) => letter.event!.sequence)).toEqual(upTo(letters.length));
    });
  });
});
