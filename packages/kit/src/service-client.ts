import type { DocumentNode } from 'graphql';
import { print } from 'graphql';
import type { Agent, request as sendRequest } from 'undici';
import { PublicError } from './public-error.js';
import { IDENTITY_HEADER, signIdentity, type Identity } from './identity.js';
import { traceHeaders } from './request-context.js';

export interface ServiceClient {
  /**
   * Sends an operation to the other service as `service:<name>`, or as `options.identity`.
   * @throws PublicError SERVICE_UNAVAILABLE if it does not answer in time or answers with errors
   */
  send<Data>(
    document: string | DocumentNode,
    variables?: Record<string, unknown>,
    options?: { identity?: Identity; timeoutMs?: number },
  ): Promise<Data>;
  close(): Promise<void>;
}

/** How long a service's own signature is used again; it is good for 60 s. */
const SIGNATURE_REUSE_MS = 15_000;

/**
 * A GraphQL client for calls between services.
 * @param options.url the other service's base URL, without `/graphql`
 * @param options.from this service's name
 * @param options.to the other service's name, which the identity is signed for
 */
export function createServiceClient(options: {
  url: string;
  from: string;
  to: string;
  secret: string;
  timeoutMs?: number;
}): ServiceClient {
  let connecting: Promise<{ agent: Agent; request: typeof sendRequest }> | undefined;
  // Loaded by the first call: it takes 10 MiB.
  const connect = () =>
    (connecting ??= import('undici').then(({ Agent, request }) => ({
      agent: new Agent({ connections: 50, keepAliveTimeout: 30_000 }),
      request,
    })));
  const endpoint = new URL('/graphql', options.url).href;
  const sign = (identity: Identity) =>
    signIdentity({
      identity,
      audience: options.to,
      issuer: `service:${options.from}`,
      secret: options.secret,
    });
  let own: { readonly signature: Promise<string>; readonly madeAt: number } | undefined;
  const ownSignature = (): Promise<string> => {
    if (!own || Date.now() - own.madeAt > SIGNATURE_REUSE_MS) {
      own = { signature: sign({ kind: 'service', name: options.from }), madeAt: Date.now() };
    }
    return own.signature;
  };
  return {
    async send<Data>(
      document: string | DocumentNode,
      variables: Record<string, unknown> = {},
      call: { identity?: Identity; timeoutMs?: number } = {},
    ) {
      const signature = await (call.identity ? sign(call.identity) : ownSignature());
      const { agent, request } = await connect();
      const answer = await request(endpoint, {
        dispatcher: agent,
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          [IDENTITY_HEADER]: signature,
          ...traceHeaders(),
        },
        body: JSON.stringify({ query: typeof document === 'string' ? document : print(document), variables }),
        signal: AbortSignal.timeout(call.timeoutMs ?? options.timeoutMs ?? 5_000),
      })
        .then(
          async ({ body }) =>
            (await body.json()) as {
              data?: Data | null;
              errors?: { message: string; extensions?: { code?: string } }[];
            },
        )
        .catch((cause: unknown) => {
          throw Object.assign(unavailable(options.to), { cause });
        });
      const [error] = answer.errors ?? [];
      if (error || !answer.data) {
        throw Object.assign(unavailable(options.to), {
          cause: new Error(`${options.to} answered: ${error?.message ?? 'no data'}`),
        });
      }
      return answer.data;
    },
    close: async () => (await connecting)?.agent.close(),
  };
}

const unavailable = (service: string) =>
  new PublicError(
    'SERVICE_UNAVAILABLE',
    `The ${service} service does not answer at the moment; please try again.`,
  );
