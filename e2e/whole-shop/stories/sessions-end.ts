import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { IDENTITY_HEADER, signIdentity } from '@cartograph/kit';
import { createGraphClient, until, type GraphClient } from '@cartograph/testing';
import WebSocket from 'ws';
import { startSecond, type SecondProcess } from '../../harness/second-process.js';
import type { SharedShop } from '../shared-shop.js';

const PASSWORD = 'a long passphrase';
const STREAM = 'subscription { orderEvents { cursor } }';
const SESSION = 'session { accessToken refreshToken user { id role } } userErrors { code }';

interface Tokens {
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly user: { readonly id: string; readonly role: string };
}

interface Person extends Tokens {
  readonly email: string;
}

const claimsOf = (token: string) =>
  JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString()) as {
    sub: string;
    role: 'ADMIN' | 'CUSTOMER';
    sid: string;
    epoch: number;
    iat: number;
    exp: number;
  };

/** A token that ends a session's rights ends them everywhere: in both gateways, in their streams, in the subgraphs. */
export function describeSessionsEnd(shop: SharedShop): void {
  let second: SecondProcess;
  beforeAll(async () => {
    second = await startSecond(shop.stack, 'gateway');
  }, 60_000);
  afterAll(() => second?.kill('SIGTERM'));

  const gateways = () => [shop.stack.url('gateway'), second.url].map((url) => `${url}/graphql`);
  const refusalAt = async (url: string, accessToken: string) => {
    const { errors } = await createGraphClient(url, { token: accessToken }).query('{ me { id } }');
    return errors?.[0]?.extensions?.['reason'];
  };

  const signIn = async (name: 'login' | 'register', input: object): Promise<Tokens> => {
    const type = name === 'login' ? 'LoginInput' : 'RegisterInput';
    const data = await shop.stack.graph.expectData<Record<string, { session: Tokens }>>(
      `mutation ($input: ${type}!) { ${name}(input: $input) { ${SESSION} } }`,
      { input },
    );
    return data[name]!.session;
  };

  /** Staff, so that there is a stream without an order, and a role to lose. */
  async function newStaff(): Promise<Person> {
    const email = `${randomUUID()}@example.com`;
    const { user } = await signIn('register', { email, password: PASSWORD, name: 'Staff' });
    await shop.admin.expectData(
      'mutation ($id: ID!) { setUserRole(input: { userId: $id, role: ADMIN }) { user { id } } }',
      { id: user.id },
    );
    return { ...(await signIn('login', { email, password: PASSWORD })), email };
  }

  /** Opens a stream at each gateway by each transport. @returns how each has ended, as far as it has */
  async function openStreams({ accessToken }: Person): Promise<(string | undefined)[]> {
    const ends: (string | undefined)[] = [];
    for (const url of gateways()) {
      const index = ends.push(undefined) - 1;
      const socket = new WebSocket(url.replace('http', 'ws'), 'graphql-transport-ws');
      socket.on('close', (code) => (ends[index] = String(code)));
      let isAcknowledged = false;
      socket.on('message', (text) => (isAcknowledged ||= String(text).includes('connection_ack')));
      await new Promise((resolve) => socket.once('open', resolve));
      socket.send(
        JSON.stringify({ type: 'connection_init', payload: { authorization: `Bearer ${accessToken}` } }),
      );
      await until(() => isAcknowledged);
      socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query: STREAM } }));

      const place = ends.push(undefined) - 1;
      const response = await fetch(url, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          accept: 'text/event-stream',
          authorization: `Bearer ${accessToken}`,
        },
        body: JSON.stringify({ query: STREAM }),
      });
      expect(response.status).toBe(200);
      void response.text().then((text) => (ends[place] = /"reason":"(\w+)"/.exec(text)?.[1] ?? text));
    }
    return ends;
  }

  /** What orders says to the bearer of an identity that the gateway signed just before. */
  async function askOrders({ accessToken }: Person): Promise<unknown> {
    const { sub, role, sid, epoch, iat, exp } = claimsOf(accessToken);
    const signed = await signIdentity({
      identity: {
        kind: 'user',
        userId: sub,
        role,
        sessionId: sid,
        expiresAt: exp * 1000,
        issuedAt: iat * 1000,
        tokenEpoch: epoch,
      },
      audience: 'orders',
      issuer: 'gateway',
      secret: shop.stack.internalAuthSecret,
    });
    const response = await fetch(`${shop.stack.url('orders')}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', [IDENTITY_HEADER]: signed },
      body: JSON.stringify({ query: '{ orders(first: 1) { totalCount } }' }),
    });
    const { errors } = (await response.json()) as { errors?: { extensions: { reason: string } }[] };
    return errors?.[0]?.extensions.reason;
  }

  async function expectEnd(person: Person, ends: readonly (string | undefined)[]): Promise<void> {
    await until(() => ends.every((end) => end !== undefined), {
      what: `the streams to end: ${String(ends)}`,
    });
    expect(ends).toEqual(['4403', 'TOKEN_REVOKED', '4403', 'TOKEN_REVOKED']);
    for (const url of gateways()) expect(await refusalAt(url, person.accessToken)).toBe('TOKEN_REVOKED');
    await until(async () => (await askOrders(person)) === 'TOKEN_REVOKED', { what: 'orders to refuse' });
  }

  const as = ({ accessToken }: Tokens): GraphClient => shop.stack.graph.as(accessToken);
  const deactivate = ({ user }: Person) =>
    shop.admin.expectData(
      'mutation ($id: ID!) { setUserActive(input: { userId: $id, isActive: false }) { user { id } } }',
      { id: user.id },
    );

  describe('whose permissions end', () => {
    it.each<[how: string, end: (person: Person) => Promise<unknown>, stays: string | null]>([
      ['by deactivation', deactivate, null],
      [
        'by a lower role',
        ({ user }) =>
          shop.admin.expectData(
            'mutation ($id: ID!) { setUserRole(input: { userId: $id, role: CUSTOMER }) { user { id } } }',
            { id: user.id },
          ),
        'CUSTOMER',
      ],
      [
        'by signing out everywhere',
        (person) =>
          as(person).expectData('mutation { logout(input: { everywhere: true }) { endedSessions } }'),
        null,
      ],
      [
        'by signing out',
        ({ refreshToken }) =>
          shop.stack.graph.expectData(
            'mutation ($input: LogoutInput!) { logout(input: $input) { endedSessions } }',
            { input: { refreshToken } },
          ),
        null,
      ],
      [
        'by staff ending the session',
        ({ accessToken }) =>
          shop.admin.expectData(
            'mutation ($id: ID!) { revokeSession(input: { sessionId: $id }) { sessionId } }',
            { id: claimsOf(accessToken).sid },
          ),
        null,
      ],
    ])('%s, should lose both gateways, all streams and the subgraphs', async (_how, end, stays) => {
      const person = await newStaff();
      const ends = await openStreams(person);
      expect(await askOrders(person)).toBeUndefined();
      await end(person);
      await expectEnd(person, ends);
      const { refreshSession } = await shop.stack.graph.expectData<{
        refreshSession: { session: Tokens | null };
      }>(`mutation ($input: RefreshSessionInput!) { refreshSession(input: $input) { ${SESSION} } }`, {
        input: { refreshToken: person.refreshToken },
      });
      expect(refreshSession.session?.user.role ?? null).toBe(stays);
      if (refreshSession.session)
        for (const url of gateways())
          expect(await refusalAt(url, refreshSession.session.accessToken)).toBeUndefined();
    });

    it('by a change of password, should go on only with the tokens that it gives', async () => {
      const person = await newStaff();
      const other = await signIn('login', { email: person.email, password: PASSWORD });
      const ends = await openStreams(person);
      const { changePassword } = await as(other).expectData<{ changePassword: { session: Tokens } }>(
        `mutation ($input: ChangePasswordInput!) { changePassword(input: $input) { ${SESSION} } }`,
        { input: { currentPassword: PASSWORD, newPassword: 'another long passphrase' } },
      );
      await expectEnd(person, ends);
      for (const url of gateways()) {
        expect(await refusalAt(url, other.accessToken)).toBe('TOKEN_REVOKED');
        expect(await refusalAt(url, changePassword.session.accessToken)).toBeUndefined();
      }
    });

    it('while Redis is down, should lose all access when it is back, even if Redis lost its data', async () => {
      const person = await newStaff();
      const early = await newStaff();
      await deactivate(early);
      const ends = await openStreams(person);
      await shop.stack.kill('redis');
      await deactivate(person);
      await shop.stack.start('redis');
      await expectEnd(person, ends);
      // A gateway that starts now reads what the others knew before.
      const third = await startSecond(shop.stack, 'gateway');
      await until(
        async () => (await refusalAt(`${third.url}/graphql`, early.accessToken)) === 'TOKEN_REVOKED',
      );
      await third.kill('SIGTERM');
    }, 60_000);
  });

  describe('with an invalid token', () => {
    const send = async (query: string, variables: object = {}) => {
      const { data, errors } = await shop.stack.graph.as('not.a.token').query(query, variables as never);
      return {
        data,
        errors: errors?.map(({ path, extensions }) => [path, extensions?.['code'], extensions?.['reason']]),
      };
    };

    it('should still register, sign in, renew, sign out, ask for a reset and read what is public', async () => {
      const email = `${randomUUID()}@example.com`;
      const registered = await send(
        `mutation ($input: RegisterInput!) { register(input: $input) { ${SESSION} } }`,
        { input: { email, password: PASSWORD, name: 'Guest' } },
      );
      expect(registered.errors).toBeUndefined();
      const { refreshToken } = (registered.data as unknown as { register: { session: Tokens } }).register
        .session;
      const renewed = await send(
        `mutation ($input: RefreshSessionInput!) { refreshSession(input: $input) { ${SESSION} } }`,
        { input: { refreshToken } },
      );
      expect(renewed).toMatchObject({ errors: undefined, data: { refreshSession: { session: {} } } });
      const others = [
        `mutation { login(input: { email: "${email}", password: "${PASSWORD}" }) { ${SESSION} } }`,
        `mutation { requestPasswordReset(input: { email: "${email}" }) { isAccepted } }`,
        `mutation { logout(input: { refreshToken: "${refreshToken}" }) { endedSessions } }`,
        '{ __schema { queryType { name } } products(first: 1) { nodes { id } } categories { slug } }',
      ];
      for (const query of others) expect((await send(query)).errors).toBeUndefined();
    });

    it('should keep a guest cart, and learn that its own needs a valid token', async () => {
      const { products } = await shop.stack.graph.expectData<{ products: { nodes: { id: string }[] } }>(
        '{ products(first: 1) { nodes { id } } }',
      );
      const add =
        'mutation ($input: AddToCartInput!) { addToCart(input: $input) { cart { id totalQuantity } userErrors { code } } }';
      const input = { productId: products.nodes[0]!.id };
      const { addToCart } = await shop.stack.graph.expectData<{ addToCart: { cart: { id: string } } }>(add, {
        input,
      });
      const cartId = addToCart.cart.id;
      expect(await send(add, { input: { ...input, cartId } })).toMatchObject({
        data: { addToCart: { cart: { totalQuantity: 2 } } },
      });
      expect((await send('query ($id: ID) { cart(id: $id) { id } }', { id: cartId })).data).toEqual({
        cart: { id: cartId },
      });
      const refused = [[expect.anything(), 'UNAUTHENTICATED', 'TOKEN_INVALID']];
      expect((await send('{ cart { id } }')).errors).toEqual(refused);
      expect((await send(add, { input })).errors).toEqual(refused);
    });

    it('should get the public part of an operation, and the reason at each field that needs a user', async () => {
      const query = '{ me { id } orders(first: 1) { totalCount } products(first: 1) { nodes { id } } }';
      const { data, errors } = await send(query);
      expect(data).toMatchObject({ me: null, products: { nodes: [{ id: expect.any(String) }] } });
      expect(errors).toEqual(
        expect.arrayContaining([
          [['me'], 'UNAUTHENTICATED', 'TOKEN_INVALID'],
          [['orders'], 'UNAUTHENTICATED', 'TOKEN_INVALID'],
        ]),
      );
      const guest = await shop.stack.graph.query(query);
      expect(guest.errors?.map(({ extensions }) => extensions?.['reason'])).toEqual(['TOKEN_MISSING']);
    });
  });
}
