import { hash } from 'node:crypto';
import type { JsonObject } from '../json/json.js';
import type { ResponseError } from '../json/response-error.js';
import { clientOf } from '../admission/client.js';
import type { RequestScope } from '../scope/request-scope.js';
import type { Operation } from '../operation/operation.js';
import { OperationRefused } from '../operation/document.js';
import type { Planner } from '../operation/planner.js';
import type { Member, StreamSink } from './member.js';
import { StreamQuota } from './stream-quota.js';
import { Stream, type StreamServices } from './stream.js';

const TOO_MANY: ResponseError = {
  message: 'Too many subscriptions are open; end one before you open another.',
  extensions: { code: 'TOO_MANY_OPERATIONS' },
};

/** One client's part in a stream. */
export interface OpenStream {
  /** Ends it for this client. */
  leave(): void;
  /** The client's token was renewed. @param next the client as it asks from now on */
  renew(next: RequestScope): void;
}

const NEVER_OPENED: OpenStream = { leave: () => undefined, renew: () => undefined };

/** All open streams: shares equal ones, and takes them over to a new supergraph. */
export class Streams {
  readonly #shared = new Map<string, Stream>();
  readonly #all = new Map<Stream, string | undefined>();

  readonly #quota: StreamQuota;

  constructor(private readonly services: StreamServices) {
    this.#quota = new StreamQuota(services.maxStreams);
  }

  /** Streams upstream, clients of them, and events waiting. */
  count(): { streams: number; members: number; queued: number } {
    let members = 0;
    let queued = 0;
    for (const stream of this.#all.keys()) {
      members += stream.members;
      queued += stream.queued;
    }
    return { streams: this.#all.size, members, queued };
  }

  open(operation: Operation, variables: JsonObject, scope: RequestScope, sink: StreamSink): OpenStream {
    if (!operation.plan.primary) {
      sink.error([
        {
          message: 'The subscription selects no field: its conditions leave nothing.',
          extensions: { code: 'GRAPHQL_VALIDATION_FAILED' },
        },
      ]);
      return NEVER_OPENED;
    }
    const asked = JSON.stringify(variables);
    const release = this.#quota.take(clientOf(scope), asked.length);
    if (!release) {
      sink.error([TOO_MANY]);
      return NEVER_OPENED;
    }
    const key = shareKey(operation, variables, asked, scope);
    const known = key === undefined ? undefined : this.#shared.get(key);
    if (known) {
      known.scope.renew(scope.identity);
      return this.#opened(known, known.join(sink, release));
    }
    const stream = new Stream(operation, variables, scope, this.services, (ended) => this.#forget(ended));
    this.#all.set(stream, key);
    if (key !== undefined) this.#shared.set(key, stream);
    const member = stream.join(sink, release);
    stream.start();
    return this.#opened(stream, member);
  }

  #opened(first: Stream, joined: Member): OpenStream {
    let [stream, member] = [first, joined];
    return {
      leave: () => member.leave(),
      renew: (next) => {
        if (!this.#all.has(stream) || member.isOver) return;
        [stream, member] = this.#renew(stream, member, next);
      },
    };
  }

  /**
   * A client's token was renewed. In the same session and role its stream, and all who share it, go on by the newer token.
   * Otherwise the client gets a stream of its own, as the others who share this one did not renew theirs.
   */
  #renew(stream: Stream, member: Member, next: RequestScope): [Stream, Member] {
    const { scope, operation, variables } = stream;
    if (scope.identityKey === next.identityKey) {
      scope.renew(next.identity);
      return [stream, member];
    }
    const asked = JSON.stringify(variables);
    const key = shareKey(operation, variables, asked, next);
    if (stream.members > 1) {
      const own = new Stream(operation, variables, next, this.services, (ended) => this.#forget(ended), {
        cursor: member.cursor,
      });
      this.#keep(own, key);
      member.leave();
      // The same person's, whose place has just become free.
      const release = this.#quota.take(clientOf(next), asked.length) ?? (() => undefined);
      const moved = own.join(member.sink, release);
      own.start();
      return [own, moved];
    }
    const isToBeAuthorised = !isSessionAllThatDiffers(scope, next);
    this.#forget(stream);
    this.#keep(stream, key);
    stream.become(next, isToBeAuthorised);
    return [stream, member];
  }

  /** Keeps a stream that others may join, unless there is one already. */
  #keep(stream: Stream, key: string | undefined): void {
    this.#all.set(stream, key);
    if (key !== undefined && !this.#shared.has(key)) this.#shared.set(key, stream);
  }

  /** Plans every stream again; one whose operation is no longer valid ends with SUBSCRIPTION_SCHEMA_RELOAD. */
  async replan(planner: Planner, isMoved: (service: string) => boolean): Promise<void> {
    for (const stream of [...this.#all.keys()]) {
      if (stream.operation.schema === planner.apiSchema) continue;
      try {
        const operation = await planner.prepare(stream.operation.text, stream.operation.name);
        if (!this.#all.has(stream)) continue;
        const read = operation.readVariables(stream.variables);
        if ('errors' in read) throw new OperationRefused('GRAPHQL_VALIDATION_FAILED', read.errors);
        stream.replace(operation, read.values, isMoved(operation.plan.primary!.service));
      } catch (error) {
        const reason = error instanceof OperationRefused ? ` ${error.message}` : '';
        stream.finish([
          {
            message: `The schema changed and the subscription is no longer valid.${reason}`,
            extensions: { code: 'SUBSCRIPTION_SCHEMA_RELOAD' },
          },
        ]);
      }
    }
  }

  close(): void {
    for (const stream of [...this.#all.keys()]) stream.finish();
  }

  #forget(stream: Stream): void {
    const key = this.#all.get(stream);
    this.#all.delete(stream);
    if (key !== undefined && this.#shared.get(key) === stream) this.#shared.delete(key);
  }
}

function isSessionAllThatDiffers(a: RequestScope, b: RequestScope): boolean {
  const withoutSession = ({ identity, identityKey }: RequestScope): string =>
    identity?.kind === 'user' ? identityKey.replace(`:${identity.sessionId}`, '') : identityKey;
  return withoutSession(a) === withoutSession(b);
}

/** Equal keys may share one upstream. A client that starts after a cursor has a stream of its own. */
function shareKey(
  operation: Operation,
  variables: JsonObject,
  asked: string,
  scope: RequestScope,
): string | undefined {
  if (operation.plan.primary?.resume?.startsAfter(variables)) return undefined;
  return hash('sha256', JSON.stringify([scope.identityKey, operation.name, operation.text, asked]), 'base64');
}
