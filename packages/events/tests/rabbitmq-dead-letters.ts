import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { until } from '@cartograph/testing';
import {
  connect,
  type ChannelModel,
  type ConfirmChannel,
  type ConsumeMessage,
  type MessageProperties,
} from 'amqplib';
import { pino } from 'pino';
import { createRabbitMqBus, PermanentFailure, type AnyEvent, type EventBus } from '../src/index.js';
import { QUICK } from './contract/contract-test.js';
import { createRecorder, stockChanged, upTo } from './contract/recorder.js';

/** The queue of dead letters and its arguments until December 2026. */
const OLD = 'dead-letters';
const OLD_ARGUMENTS = { 'x-queue-type': 'quorum' };
const KEPT = 'dead-letters.kept';

/** Dead letters as RabbitMQ keeps them, whose every version counts deliveries in its own way. */
export function describeRabbitDeadLetters(url: () => string): void {
  describe('a dead letter on RabbitMQ', () => {
    const buses: EventBus[] = [];
    const children: ChildProcess[] = [];
    let connection: ChannelModel;
    let channel: ConfirmChannel;

    beforeEach(async () => {
      connection = await connect(url());
      channel = await connection.createConfirmChannel();
      channel.on('error', () => {});
    });
    afterEach(async () => {
      for (const child of children.splice(0)) child.kill('SIGKILL');
      await connection.close();
      await Promise.all(buses.splice(0).map((bus) => bus.close()));
    });
    const createBus = () => {
      const bus = createRabbitMqBus({ url: url(), logger: pino({ level: 'silent' }), ...QUICK });
      buses.push(bus);
      return bus;
    };
    const lettersOf = (bus: EventBus, consumer: string) => bus.deadLetters.list({ consumer, limit: 1000 });
    const whenDead = (bus: EventBus, consumer: string, count: number) =>
      until(async () => {
        const letters = await lettersOf(bus, consumer);
        return letters.length >= count ? letters : undefined;
      });

    /** Makes the consumer's queue, which nobody consumes afterwards. */
    async function declareConsumer(bus: EventBus, consumer: string): Promise<void> {
      const types = ['stock.changed'] as const;
      await (await bus.subscribe({ consumer, types, handle: async () => {} })).close();
    }
    /** Has a consumer give up an event after its third attempt. */
    async function giveUp(bus: EventBus, consumer: string, event: AnyEvent, before = 0): Promise<void> {
      const handle = () => Promise.reject(new Error('no'));
      const subscription = await bus.subscribe({ consumer, types: ['stock.changed'], handle });
      await bus.publish([event]);
      await whenDead(bus, consumer, before + 1);
      await subscription.close();
    }
    /** Has process after process die of what waits for a consumer, until RabbitMQ itself gives it up. */
    async function dieOfIt(consumer: string): Promise<void> {
      for (let death = 0; death <= 50; death++) {
        const life = await connection.createChannel();
        await new Promise<void>((resolve, reject) => {
          life.consume(`${consumer}.products`, () => resolve()).catch(reject);
        });
        await life.close();
      }
    }
    /** Takes all there is in a queue and gives nothing back but by closing, as a killed process would. */
    async function takeAllAndDie(queue: string): Promise<number> {
      const life = await connection.createChannel();
      let count = 0;
      while (await life.get(queue)) count++;
      await life.close();
      return count;
    }
    /** Consumes one message of a consumer's queue, which cannot be asked for one; says what came with it. */
    async function takeOne(queue: string, then: 'give back' | 'reject'): Promise<MessageProperties> {
      const life = await connection.createChannel();
      await life.prefetch(1);
      const message = await new Promise<ConsumeMessage>((resolve, reject) => {
        life.consume(queue, (one) => one && resolve(one)).catch(reject);
      });
      if (then === 'reject') life.reject(message, false);
      await life.close();
      return message.properties;
    }
    async function startLooking(): Promise<ChildProcess> {
      const script = fileURLToPath(new URL('processes/looking.mjs', import.meta.url));
      const child = spawn(process.execPath, [script, url()], { stdio: ['ignore', 'pipe', 'inherit'] });
      children.push(child);
      await once(child.stdout!, 'data');
      return child;
    }
    async function kill(child: ChildProcess): Promise<void> {
      child.kill('SIGKILL');
      await once(child, 'exit');
    }

    it('stays, with its attempts, however often it is looked at and however the looks end', async () => {
      const bus = createBus();
      await declareConsumer(bus, 'broken');
      await bus.publish([stockChanged('broken', 1)]);
      await dieOfIt('broken');
      await giveUp(bus, 'failing', stockChanged('failing', 1));
      // A look is cut off before the first one has seen what the broker made, which changes the broker's own count.
      await until(async () => (await takeAllAndDie(KEPT)) >= 2);
      const before = [...(await whenDead(bus, 'broken', 1)), ...(await lettersOf(bus, 'failing'))];
      expect(before).toMatchObject([
        { consumer: 'broken', attempts: 51, reason: expect.stringMatching(/was lost 51 times/) },
        { consumer: 'failing', attempts: 3, reason: 'Error: no' },
      ]);

      for (let look = 0; look < 60; look++) await takeAllAndDie(KEPT);
      const others = [createBus(), createBus(), createBus()];
      await Promise.all(
        others.map(async (other) => {
          for (let look = 0; look < 14; look++) {
            const letters = await other.deadLetters.list();
            expect(letters.filter(({ consumer }) => /^(broken|failing)$/.test(consumer))).toEqual(before);
          }
        }),
      );
      for (let death = 0; death < 3; death++) {
        const child = await startLooking();
        await sleep(Math.random() * 60);
        await kill(child);
        await giveUp(bus, 'meanwhile', stockChanged('meanwhile', death), death);
        expect([...(await lettersOf(bus, 'broken')), ...(await lettersOf(bus, 'failing'))]).toEqual(before);
      }
      expect((await lettersOf(bus, 'meanwhile')).map(({ event }) => event!.sequence)).toEqual([0, 1, 2]);
    });

    it('that RabbitMQ made is replayed like any other, and its deliveries count from zero again', async () => {
      const bus = createBus();
      await declareConsumer(bus, 'dying');
      const deadly = stockChanged('dying', 1);
      await bus.publish([deadly]);
      await dieOfIt('dying');
      const [letter] = await whenDead(bus, 'dying', 1);
      expect(letter).toMatchObject({ event: deadly, consumer: 'dying', attempts: 51 });
      expect(await bus.deadLetters.get(letter!.id)).toEqual(letter);
      expect(await bus.deadLetters.replay(letter!.id)).toBe(true);
      expect(await bus.deadLetters.replay(letter!.id)).toBe(false);

      const again = await takeOne('dying.products', 'give back');
      expect(again.headers?.['x-delivery-count'] ?? 0).toBe(0);
      const recorder = createRecorder();
      await bus.subscribe({ consumer: 'dying', types: ['stock.changed'], handle: recorder.handle });
      await until(() => recorder.of('dying').length === 1);
      expect(await lettersOf(bus, 'dying')).toEqual([]);
    });

    it('that another program rejected is listed and replayed too', async () => {
      const bus = createBus();
      await declareConsumer(bus, 'rejecting');
      await bus.publish([stockChanged('rejecting', 7)]);
      await takeOne('rejecting.products', 'reject');
      const [letter] = await whenDead(bus, 'rejecting', 1);
      expect(letter).toMatchObject({
        event: { sequence: 7 },
        consumer: 'rejecting',
        reason: 'RabbitMQ put it aside (rejected).',
      });
      expect(await bus.deadLetters.remove(letter!.id)).toBe(true);
      expect(await lettersOf(bus, 'rejecting')).toEqual([]);
    });

    it('is not lost if an operator deletes the queue of dead letters', async () => {
      const bus = createBus();
      const handle = () => Promise.reject(new PermanentFailure('bug'));
      await bus.subscribe({ consumer: 'homeless', types: ['stock.changed'], handle });
      // What the bus does at its start, which makes the queue, is done once it has looked.
      await lettersOf(bus, 'homeless');
      await channel.deleteQueue(KEPT);
      await bus.publish([stockChanged('homeless', 1)]);
      // Asking only for the queue: a look would make it.
      await until(async () => {
        const asking = await connection.createChannel();
        asking.on('error', () => {});
        return asking.checkQueue(KEPT).then(({ messageCount }) => messageCount === 1);
      });
      expect(await lettersOf(bus, 'homeless')).toHaveLength(1);
    });

    describe('of an earlier version', () => {
      /** What an earlier process does at every start and look. */
      const declareOld = async () => {
        await channel.assertExchange('dead-letters', 'fanout', { durable: true });
        await channel.assertQueue(OLD, { durable: true, arguments: OLD_ARGUMENTS });
        await channel.bindQueue(OLD, 'dead-letters', '');
      };
      const failedAt = '2026-11-01T10:00:00.000Z';
      const buryAsBefore = async (consumer: string, number: number) => {
        const event = stockChanged(`${consumer}-${number}`, number);
        channel.publish('dead-letters', '', Buffer.from(JSON.stringify(event)), {
          persistent: true,
          contentType: 'application/json',
          messageId: event.id,
          type: event.type,
          headers: {
            'aggregate-id': event.aggregateId,
            'dead-id': `${consumer}-letter-${number}`,
            'dead-consumer': consumer,
            'dead-aggregate': 'products',
            'dead-reason': `Error: ${number}`,
            'dead-attempts': number,
            'dead-at': failedAt,
          },
        });
        await channel.waitForConfirms();
      };
      const numbers = async (bus: EventBus, consumer: string) =>
        (await lettersOf(bus, consumer)).map(({ attempts }) => attempts).sort((a, b) => a - b);
      const countOld = async () => (await channel.checkQueue(OLD)).messageCount;

      it('is kept with all its data when processes of this version start', async () => {
        const before = createBus();
        await declareConsumer(before, 'earlier');
        // Whatever this process does at its start is done once it has looked.
        await lettersOf(before, 'earlier');
        await declareOld();
        // As it was before: nothing else kept them.
        await channel.deleteQueue(KEPT);
        for (const number of upTo(3)) await buryAsBefore('earlier', number);
        await dieAsBefore('earlier-broker');
        await until(async () => (await countOld()) === 4);

        for (const starting of [createBus(), createBus(), createBus()]) await starting.ping();
        await until(async () => (await countOld()) === 0);
        const bus = createBus();
        expect(await lettersOf(bus, 'earlier')).toMatchObject(
          upTo(3).map((number) => ({
            id: `earlier-letter-${number}`,
            event: { sequence: number, aggregateId: `earlier-${number}` },
            reason: `Error: ${number}`,
            attempts: number,
            failedAt,
          })),
        );
        const [broken] = await whenDead(bus, 'earlier-broker', 1);
        expect(broken).toMatchObject({ attempts: 51, event: { aggregateId: 'earlier-broker' } });
        expect(await bus.deadLetters.replay('earlier-letter-2')).toBe(true);
        const recorder = createRecorder();
        await bus.subscribe({ consumer: 'earlier', types: ['stock.changed'], handle: recorder.handle });
        await until(() => recorder.of('earlier-2').length === 1);
      });

      /** A letter that RabbitMQ made while there was only the earlier version. */
      async function dieAsBefore(consumer: string): Promise<void> {
        const queue = `${consumer}.products`;
        await channel.assertQueue(queue, {
          durable: true,
          arguments: {
            'x-queue-type': 'quorum',
            'x-single-active-consumer': true,
            'x-delivery-limit': 50,
            'x-dead-letter-exchange': 'dead-letters',
            'x-dead-letter-strategy': 'at-least-once',
            'x-overflow': 'reject-publish',
          },
        });
        channel.sendToQueue(queue, Buffer.from(JSON.stringify(stockChanged(consumer, 1))), {
          persistent: true,
        });
        await channel.waitForConfirms();
        await dieOfIt(consumer);
      }

      it('is listed once, while processes of both versions run and some are killed', async () => {
        await declareOld();
        for (const number of upTo(40)) await buryAsBefore('rolling', number);
        for (let death = 0; death < 3; death++) {
          const child = await startLooking();
          await sleep(Math.random() * 60);
          await kill(child);
          // A process of the earlier version looks, which makes its queue and binding again, and buries one more.
          await declareOld();
          await takeAllAndDie(OLD);
          await buryAsBefore('rolling', 41 + death);
        }
        const bus = createBus();
        await until(async () => (await numbers(bus, 'rolling')).length >= 43 && (await countOld()) === 0);
        expect(await numbers(bus, 'rolling')).toEqual(upTo(43));
        // Copies in both queues are gone as well.
        expect((await bus.deadLetters.replayAll({ consumer: 'rolling' })).failures).toEqual([
          'The queue "rolling.products" does not exist. Start "rolling" first.',
        ]);
        expect(await bus.deadLetters.remove('rolling-letter-20')).toBe(true);
        expect(await bus.deadLetters.remove('rolling-letter-20')).toBe(false);
      });
    });
  });
}
