import type { BaseGraphQLContext, SubgraphParts } from '@cartograph/kit';
import type { KeyRing } from './use-cases/shared/key-ring.js';

/**
 * How long HTTP caches may keep the published keys. Together with the 5 s of the key ring and the 20 s of a gateway, a
 * revoked key is refused within a minute.
 */
const JWKS_MAX_AGE_S = 15;

type Routes = NonNullable<SubgraphParts<BaseGraphQLContext>['routes']>;

interface Deps {
  readonly keyRing: KeyRing;
}

/** Publishes the keys that verify access tokens (RFC 7517). */
export function createRoutes({ keyRing }: Deps): Routes {
  return (http) =>
    http.get('/.well-known/jwks.json', async (_request, reply) =>
      reply
        .header('cache-control', `public, max-age=${JWKS_MAX_AGE_S}`)
        .type('application/jwk-set+json')
        .send(JSON.stringify(await keyRing.jwks())),
    );
}
