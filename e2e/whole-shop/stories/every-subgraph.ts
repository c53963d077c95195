import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { composeServices } from '@apollo/composition';
import { parse } from 'graphql';
import { IDENTITY_HEADER, signIdentity, type Identity } from '@cartograph/kit';
import { declaredServices } from '@cartograph/launcher/stack';
import type { SharedShop } from '../shared-shop.js';

const subgraphs = declaredServices
  .filter(({ isSubgraph }) => isSubgraph)
  .map(({ name, folder }) => ({ name, folder }));
const repository = (path: string) => fileURLToPath(new URL(`../../../${path}`, import.meta.url));

const schemaOf = (folder: string) => readFileSync(repository(`${folder}/schema.graphql`), 'utf8');

export function describeEverySubgraph(shop: SharedShop): void {
  describe.each(subgraphs)('$name, like every subgraph,', ({ name, folder }) => {
    const url = () => shop.stack.url(name);

    const ask = async (query: string, headers: Record<string, string> = {}) => {
      const response = await fetch(`${url()}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify({ query }),
      });
      return {
        status: response.status,
        body: (await response.json()) as { data?: unknown; errors?: { extensions: { code: string } }[] },
      };
    };
    const signed = async (audience: string, identity: Identity = { kind: 'anonymous' }) => ({
      [IDENTITY_HEADER]: await signIdentity({
        identity,
        audience,
        issuer: 'gateway',
        secret: shop.stack.internalAuthSecret,
      }),
    });

    it('should say that it is alive and ready', async () => {
      expect((await fetch(`${url()}/healthz`)).status).toBe(200);
      const ready = await fetch(`${url()}/readyz`);
      expect([ready.status, await ready.json()]).toEqual([200, expect.objectContaining({ status: 'ready' })]);
    });

    it('should export metrics that Prometheus can read', async () => {
      const response = await fetch(`${url()}/metrics`);
      expect(response.headers.get('content-type')).toContain('text/plain');
      expect(await response.text()).toMatch(
        /^# HELP process_cpu_user_seconds_total .*\n# TYPE process_cpu_user_seconds_total counter$/m,
      );
    });

    it('should serve the schema that is composed', async () => {
      const { body } = await ask('{ _service { sdl } }', await signed(name));
      const { sdl } = (body.data as { _service: { sdl: string } })._service;
      const compose = (text: string) => {
        // With the others: a subgraph that requires fields of another one does not compose alone.
        const { supergraphSdl, errors } = composeServices(
          subgraphs.map((one) => ({
            name: one.name,
            url: shop.stack.url(one.name),
            typeDefs: parse(one.name === name ? text : schemaOf(one.folder)),
          })),
        );
        expect(errors).toBeUndefined();
        return supergraphSdl;
      };
      expect(compose(sdl)).toBe(compose(schemaOf(folder)));
    });

    it('should refuse a request without a signature, or with one for another service', async () => {
      const refusal = { status: 401, body: { errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] } };
      expect(await ask('{ __typename }')).toMatchObject(refusal);
      expect(await ask('{ __typename }', await signed('another'))).toMatchObject(refusal);
      expect(await ask('{ __typename }', { [IDENTITY_HEADER]: 'forged' })).toMatchObject(refusal);
      expect(await ask('{ __typename }', await signed(name))).toMatchObject({
        status: 200,
        body: { data: { __typename: 'Query' } },
      });
    });

    it('should give null for entities that do not exist, whatever their key looks like', async () => {
      const sdl = readFileSync(repository(`${folder}/schema.graphql`), 'utf8');
      const entities = [...sdl.matchAll(/^type (\w+)[^{]*@key\(fields: "id"\)/gm)].map(([, type]) => type!);
      expect(entities.length).toBeGreaterThan(0);
      const admin: Identity = {
        kind: 'user',
        userId: 'nobody',
        role: 'ADMIN',
        sessionId: 'none',
        expiresAt: Date.now() + 60_000,
      };
      for (const type of entities) {
        const representations = ['00000000-0000-7000-8000-000000000000', '', '$where', 'é'.repeat(300)]
          .map((id) => `{ __typename: ${JSON.stringify(type)}, id: ${JSON.stringify(id)} }`)
          .join(' ');
        const { body } = await ask(
          `{ _entities(representations: [${representations}]) { __typename } }`,
          await signed(name, admin),
        );
        const codes = body.errors?.map(({ extensions }) => extensions.code) ?? [];
        expect([type, codes]).toEqual([type, codes.filter((code) => code !== 'INTERNAL_SERVER_ERROR')]);
      }
    });

    it('should answer 4xx, not 5xx, to what is no GraphQL request', async () => {
      for (const body of ['', 'no json', '[]', '{"query": 1}', '{"query": "{"}']) {
        const response = await fetch(`${url()}/graphql`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', ...(await signed(name)) },
          body,
        });
        expect([body, Math.floor(response.status / 100)]).toEqual([body, 4]);
      }
    });

    it('should start like all others', () => {
      const main = readFileSync(repository(`${folder}/src/main.ts`), 'utf8');
      expect(main).toMatch(/^await run(Service)?\(/m);
      expect(main.split('\n').length).toBeLessThanOrEqual(30);
      expect(main).toContain(name);
    });
  });
}
