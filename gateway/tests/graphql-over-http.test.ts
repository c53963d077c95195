import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { serverAudits } from 'graphql-http';
import { startWorld, type TestWorld } from './support/gateway.js';
import { shop } from './support/shop.js';

let world: TestWorld;
beforeAll(async () => {
  world = await startWorld(shop().definitions);
});
afterAll(() => world.stop());

describe('the GraphQL over HTTP audit', () => {
  // The audits' names do not depend on where the server is.
  const audits = serverAudits({
    url: () => world.url,
    fetchFn: ((_url: string, init: object) => world.fetch({ path: _url, ...init })) as never,
  });

  it('has 61 cases', () => {
    expect(audits).toHaveLength(61);
  });

  it.each(audits.map((audit) => [audit.id, audit.name, audit] as const))(
    '%s: %s',
    async (_id, _name, audit) => {
      expect(await audit.fn()).toEqual(expect.objectContaining({ status: 'ok' }));
    },
  );
});

describe('the same audit by a client that writes its Accept in another way', () => {
  it.each([
    ['with parameters', (accept: string) => accept.replace(/application\/[\w+-]*json/g, '$&;q=0.9')],
    ['with a charset', (accept: string) => accept.replace(/application\/[\w+-]*json/g, '$&; charset=utf-8')],
    ['with more that it would take', (accept: string) => `${accept}, text/plain;q=0.5`],
    ['in capitals', (accept: string) => accept.toUpperCase()],
  ])('%s', async (_name, write) => {
    let written = 0;
    const audits = serverAudits({
      url: () => world.url,
      fetchFn: ((url: string, { headers = {}, ...init }: { headers?: Record<string, string> } = {}) => {
        const changed = { ...headers };
        for (const name of Object.keys(changed))
          if (name.toLowerCase() === 'accept') {
            // The audit leaves it out, or asks for anything at all, on purpose in some cases.
            if (changed[name]!.includes('json')) written++;
            changed[name] = write(changed[name]!);
          }
        return world.fetch({ path: url, ...init, headers: changed });
      }) as never,
    });
    const results = await Promise.all(audits.map((audit) => audit.fn()));
    expect(results.filter(({ status }) => status !== 'ok').map(({ id, name }) => [id, name])).toEqual([]);
    expect(written).toBeGreaterThan(30);
  });
});

describe('a request that is wrong as HTTP', () => {
  const post = (body: string, headers: Record<string, string> = {}) =>
    world.fetch({ method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body });

  it.each([
    ['PUT', 405, () => world.fetch({ method: 'PUT', body: '{}' })],
    ['a form', 415, () => post('a=b', { 'content-type': 'application/x-www-form-urlencoded' })],
    ['no content type', 415, () => world.fetch({ method: 'POST', body: Buffer.from('{}') })],
    ['JSON in UTF-16', 415, () => post('{}', { 'content-type': 'application/json; charset=utf-16' })],
    ['a compressed body', 415, () => post('{}', { 'content-encoding': 'gzip' })],
    ['an Accept of pictures only', 406, () => post('{"query":"{__typename}"}', { accept: 'image/png' })],
    ['a body that is no JSON', 400, () => post('{')],
    ['a batch', 400, () => post('[{"query":"{__typename}"}]')],
    ['a query that is a number', 400, () => post('{"query":1}')],
    ['variables that are a list', 400, () => post('{"query":"{__typename}","variables":[]}')],
    ['a body of 2 MB', 413, () => post(JSON.stringify({ query: `{__typename}${' '.repeat(2_000_000)}` }))],
    [
      'a mutation by GET',
      405,
      () =>
        world.fetch({
          path: `/graphql?query=${encodeURIComponent('mutation { renameUser(id: "1", name: "x") { id } }')}`,
          headers: { accept: 'application/json' },
        }),
    ],
    [
      'a cross-site GET',
      400,
      () =>
        world.fetch({
          path: '/graphql?query={__typename}',
          headers: {
            accept: 'application/json',
            'sec-fetch-site': 'cross-site',
            'sec-fetch-mode': 'no-cors',
          },
        }),
    ],
  ])('gets its status and a readable error: %s → %i', async (_name, status, send) => {
    const response = await send();
    expect(response.status).toBe(status);
    const body = (await response.json()) as { errors: { message: string; extensions: { code: string } }[] };
    expect(body.errors[0]!.message.length).toBeGreaterThan(10);
    expect(body.errors[0]!.extensions.code).toMatch(/^[A-Z_]+$/);
  });

  it('says which methods are allowed', async () => {
    expect((await world.fetch({ method: 'DELETE' })).headers.get('allow')).toBe('GET, POST');
  });
});
