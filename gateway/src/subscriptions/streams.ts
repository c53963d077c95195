import { hash } from 'node:crypto';
import type { Identity } from '@cartograph/service-kit/identity';
import type { JsonObject } from '../execution/json.js';
import type { ResponseError } from '../execution/errors.js';
import { limitKeys } from '../admission.js';
import type { RequestScope } from '../execution/scope.js';
import type { Operation } from '../planning/operation.js';
import { OperationRefused } from '../planning/document.js';
import type { Planner } from '../planning/planner.js';
import type { StreamSink } from './member.js';
import { StreamQuota } from './stream-quota.js';
import { Stream, type StreamServices } from './stream.js';

const TOO_MANY: ResponseError = {
  message: 'Too many subscriptions are open; end one before you open another.',
  extensions: { code: 'TOO_MANY_OPERATIONS' },
};

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

  /** @returns ends it for this client */
  open(operation: Operation, variables: JsonObject, scope: RequestScope, sink: StreamSink): () => void {
    const asked = JSON.stringify(variables);
    const release = this.#quota.take(limitKeys(scope)[0]!, asked.length);
    if (!release) {
      sink.error([TOO_MANY]);
      return () => undefined;
    }
    const key = shareKey(operation, variables, asked, scope);
    const known = key === undefined ? undefined : this.#shared.get(key);
    if (known) {
      known.scope.renew(scope.identity);
      return known.join(sink, release);
    }
    const stream = new Stream(operation, variables, scope, this.services, (ended) => this.#forget(ended));
    this.#all.set(stream, key);
    if (key !== undefined) this.#shared.set(key, stream);
    const leave = stream.join(sink, release);
    stream.start();
    return leave;
  }

  /** A token was renewed: the streams that began by the old one go on by the new one. */
  renew(identityKey: string, identity: Identity): void {
    for (const { scope } of this.#all.keys()) if (scope.identityKey === identityKey) scope.renew(identity);
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
