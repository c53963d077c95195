import { join } from 'node:path';
import { addressVariable, declaredServices, type ServiceDeclaration, type StoreNeed } from './services.js';
import type { StackStores } from './stack-stores.js';

type Given = Readonly<Record<string, string | undefined>>;

/** The variables that every service gets: the addresses of the others, and the secret they sign requests with. */
export function sharedEnvironment(options: {
  readonly root: string;
  readonly dataDir: string;
  readonly url: (name: string) => string;
  /** Wins over the addresses here. */
  readonly given: Given;
  readonly internalAuthSecret: string;
}): Record<string, string | undefined> {
  const { root, dataDir, url, given, internalAuthSecret } = options;
  const subgraphs = declaredServices.filter(({ isSubgraph }) => isSubgraph);
  return {
    AUTH_JWKS_URL: `${url('users')}/.well-known/jwks.json`,
    SUPERGRAPH_FILE: join(root, 'schema', 'supergraph.graphql'),
    SUBGRAPH_URLS: subgraphs.map(({ name }) => `${name}=${url(name)}/graphql`).join(','),
    MAIL_DIR: join(dataDir, 'mail'),
    // Browsers see one address, the gateway's, which passes pictures through.
    IMAGES_UPSTREAM: url('products'),
    IMAGES_BASE_URL: `${url('gateway').replace('127.0.0.1', 'localhost')}/images`,
    STOREFRONT_URL: url('gateway').replace('127.0.0.1', 'localhost'),
    WEBHOOK_ALLOW_PRIVATE: 'true',
    ...Object.fromEntries(declaredServices.map(({ name }) => [addressVariable(name), url(name)])),
    ...given,
    // Shells and test runners export these two for purposes of their own.
    NODE_ENV: 'development',
    HOST: '127.0.0.1',
    INTERNAL_AUTH_SECRET: internalAuthSecret,
  };
}

/** The addresses of one service's stores, once those serve. */
export async function environmentFor(
  service: ServiceDeclaration,
  given: Given,
  stores: StackStores,
): Promise<Record<string, string>> {
  const entries = Object.entries<StoreNeed>(service.stores).map(
    async ([variable, need]) => [variable, given[variable] || (await stores.addressOf(need))] as const,
  );
  return Object.fromEntries(await Promise.all(entries));
}
