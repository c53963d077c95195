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
      'an Accept-Encoding that allows nothing',
      406,
      () => post('{"query":"{__typename}"}', { 'accept-encoding': 'identity;q=0' }),
    ],
    [
      'a cross-site GET with a content type that needs no preflight',
      400,
      () =>
        world.fetch({
          path: '/graphql?query={__typename}',
          headers: {
            accept: 'application/json',
            'sec-fetch-site': 'cross-site',
            'content-type': 'text/plain',
          },
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
    expect((await world.fetch({ method: 'DELETE' })).headers.get('allow')).toBe('GET, HEAD, POST');
  });
});

describe('HEAD', () => {
  const head = (path: string) =>
    world.fetch({ path, method: 'HEAD', headers: { accept: 'application/json' } });

  it.each([
    '/graphql?query={__typename}',
    '/graphql?query={nothing}',
    '/graphql',
    '/healthz',
    '/readyz',
    '/metrics',
    '/',
    '/graphiql',
    '/nothing',
  ])('is answered as GET is, without a body: %s', async (path) => {
    const [headed, got] = [
      await head(path),
      await world.fetch({ path, headers: { accept: 'application/json' } }),
    ];
    expect(headed.status).toBe(got.status);
    expect(headed.headers.get('content-type')).toBe(got.headers.get('content-type'));
    expect([await headed.text(), (await got.text()).length > 0]).toEqual(['', true]);
  });

  it('cannot mutate, and subscribes to nothing', async () => {
    expect((await head('/graphql?query=mutation{renameUser(id:"1",name:"x"){id}}')).status).toBe(405);
    const stream = await world.fetch({
      path: '/graphql?query=subscription{tick}',
      method: 'HEAD',
      headers: { accept: 'text/event-stream' },
    });
    expect([stream.status, stream.headers.get('content-type')]).toEqual([
      200,
      'text/event-stream; charset=utf-8',
    ]);
    expect(await stream.text()).toBe('');
    expect(world.app.pipeline.streams.count().streams).toBe(0);
  });
});

describe('a byte order mark before JSON', () => {
  it('is no part of it, in a body or a parameter', async () => {
    const expected = { data: { me: { name: 'Ada' } } };
    const posted = await world.fetch({
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: Buffer.from('\ufeff{"query":"{ me { name } }"}'),
    });
    expect(await posted.json()).toEqual(expected);
    const got = await world.fetch({
      path: `/graphql?query={me{name}}&variables=${encodeURIComponent('\ufeff{}')}`,
      headers: { accept: 'application/json' },
    });
    expect(await got.json()).toEqual(expected);
  });
});
