import type { Socket } from 'node:net';
import type { Doc } from '../bson/types.js';
import { asMongoError, errorReply, runCommand } from '../commands/dispatch.js';
import type { CommandContext } from '../commands/context.js';
import { MongoError } from '../errors.js';
import {
  encodeReply,
  HEADER,
  messageLength,
  parseMessage,
  ProtocolError,
  type Request,
  requestIdOf,
} from './message.js';

export type ConnectionContext = Omit<CommandContext, 'database'>;

/** Speaks with one client: one message after the other, each answered once what it wrote is on disk. */
export class Connection {
  private chunks: Buffer[] = [];
  private received = 0;
  private needed = HEADER;
  private queue: Promise<void> = Promise.resolve();
  private waiting = 0;
  private isEnding = false;

  constructor(
    private readonly socket: Socket,
    private readonly context: ConnectionContext,
    private readonly log: (message: string) => void,
  ) {
    socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => {
      try {
        this.receive(chunk);
      } catch (error) {
        this.abort(error);
      }
    });
    // A reset by the client is its own affair; 'close' follows.
    socket.on('error', () => undefined);
  }

  /** Answers what has arrived, then ends the connection. */
  async drain(): Promise<void> {
    this.isEnding = true;
    this.socket.pause();
    await this.queue;
    if (this.socket.destroyed) return;
    await new Promise<void>((resolve) => this.socket.end(resolve));
    this.socket.destroy();
  }

  private receive(chunk: Buffer): void {
    this.chunks.push(chunk);
    this.received += chunk.length;
    while (this.received >= this.needed && !this.isEnding) {
      const buffer = this.chunks.length === 1 ? this.chunks[0]! : Buffer.concat(this.chunks);
      this.chunks = [buffer];
      const length = messageLength(buffer);
      if (buffer.length < length) {
        this.needed = length;
        return;
      }
      this.needed = HEADER;
      this.received = buffer.length - length;
      this.chunks = this.received > 0 ? [buffer.subarray(length)] : [];
      this.enqueue(buffer.subarray(0, length));
    }
  }

  private enqueue(message: Buffer): void {
    this.waiting += 1;
    if (this.waiting > 100) this.socket.pause();
    const turn = this.waiting === 1 ? this.answer(message) : this.queue.then(() => this.answer(message));
    this.queue = turn.then(
      () => this.finishOne(),
      (error: unknown) => {
        this.finishOne();
        this.abort(error);
      },
    );
  }

  private finishOne(): void {
    this.waiting -= 1;
    if (this.waiting === 50 && !this.isEnding) this.socket.resume();
  }

  private async answer(message: Buffer): Promise<void> {
    if (this.socket.destroyed) return;
    let request: Request;
    try {
      request = parseMessage(message);
    } catch (error) {
      if (error instanceof ProtocolError) throw error;
      this.send(encodeReply(errorReply(asMongoError(error)), requestIdOf(message), false));
      return;
    }
    const { store } = this.context;
    const before = store.written;
    const reply = request.isQuery ? this.answerQuery(request.body) : runCommand(request.body, this.context);
    // Also after an error: part of a batch may have been written.
    const durable = store.written === before ? undefined : store.flushed();
    if (request.isSilent) return;
    await durable;
    this.send(encodeReply(reply, request.requestId, request.isQuery));
  }

  /** The old form is spoken only to say hello. */
  private answerQuery(body: Doc): Doc {
    const name = body.keys().next().value ?? '';
    if (['hello', 'isMaster', 'ismaster'].includes(name)) return runCommand(body, this.context);
    return errorReply(
      new MongoError(
        'UnsupportedOpQueryCommand',
        `Unsupported OP_QUERY command: ${name}. The client driver may require an upgrade.`,
      ),
    );
  }

  private send(reply: Buffer): void {
    if (!this.socket.destroyed) this.socket.write(reply);
  }

  private abort(error: unknown): void {
    this.log(`connection ${this.context.connectionId} closed: ${(error as Error).message}`);
    this.isEnding = true;
    this.socket.destroy();
  }
}
