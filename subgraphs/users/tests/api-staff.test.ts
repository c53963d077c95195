import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { identityOf, PASSWORD, startUsersWorld, type UsersWorld } from './support/users-world.js';

let world: UsersWorld;
let admin: Awaited<ReturnType<UsersWorld['registerAdmin']>>;
beforeAll(async () => {
  world = await startUsersWorld();
  admin = await world.registerAdmin();
});
afterAll(() => world.close());

type Page = {
  users: {
    nodes: { id: string; name: string; email: string }[];
    totalCount: number;
    pageInfo: { endCursor: string | null; hasNextPage: boolean };
  };
};

const list = async (args: { first?: number; after?: string | null; search?: string }) => {
  const result = await world.query<Page>(
    `query ($first: Int, $after: String, $search: String) {
       users(first: $first, after: $after, search: $search) {
         nodes { id name email } totalCount pageInfo { endCursor hasNextPage }
       }
     }`,
    args,
    { as: admin.identity },
  );
  return { errors: result.errors, ...result.data?.users };
};
const setRole = (userId: string, role: string, as = admin.identity) =>
  world.mutate('setUserRole', { userId, role }, { as });
const setActive = (userId: string, isActive: boolean, as = admin.identity) =>
  world.mutate('setUserActive', { userId, isActive }, { as });

describe('The list of users', () => {
  it('pages through every user once, newest first, while more register', async () => {
    const known: string[] = [];
    for (let index = 0; index < 5; index += 1) known.unshift((await world.register()).id);
    const seen: string[] = [];
    let after: string | null = null;
    do {
      const { nodes, pageInfo } = await list({ first: 2, after });
      seen.push(...nodes!.map(({ id }) => id));
      after = pageInfo!.hasNextPage ? pageInfo!.endCursor : null;
      await world.register();
    } while (after !== null);
    expect(seen.slice(0, 5)).toEqual(known);
    expect(new Set(seen).size).toBe(seen.length);
  });

  it('finds users by parts of name and address, regardless of case and accents', async () => {
    const { id } = await world.register({ name: 'Édith Piaf', email: 'la.mome@paris.example' });
    for (const search of ['edith', 'ÉDITH piaf', 'mome@PARIS', 'piaf paris']) {
      expect((await list({ search })).nodes?.map((user) => user.id)).toEqual([id]);
    }
    expect((await list({ search: 'edith lyon' })).totalCount).toBe(0);
  });

  it('searches for SQL special characters literally', async () => {
    const { id } = await world.register({ name: "100% _real_ \\ O’Hara '; --" });
    expect((await list({ search: '100%' })).nodes?.map((user) => user.id)).toEqual([id]);
    expect((await list({ search: '_real_' })).totalCount).toBe(1);
    expect((await list({ search: '\\' })).totalCount).toBe(1);
    expect((await list({ search: '%%%' })).totalCount).toBe(0);
    expect((await list({ search: '\u0000' })).errors).toBeUndefined();
  });

  it('refuses cursors of other lists and page sizes out of range', async () => {
    const other = Buffer.from('["orders:placedAt","2026-01-01T00:00:00.000Z","x"]').toString('base64url');
    for (const args of [{ after: other }, { after: 'x' }, { first: 0 }, { first: 101 }]) {
      expect((await list(args)).errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
    }
  });
});

describe('Roles', () => {
  it('are changed by an administrator and apply from the next access token', async () => {
    const { id, session } = await world.register();
    expect((await setRole(id, 'ADMIN')).user).toMatchObject({ role: 'ADMIN' });
    const next = (await world.mutate('refreshSession', { refreshToken: session.refreshToken })).session!;
    expect(identityOf(next).role).toBe('ADMIN');
  });

  it('cannot be changed by customers, nor by a demoted administrator whose token still says ADMIN', async () => {
    const customer = await world.register();
    expect((await setRole(customer.id, 'ADMIN', customer.identity)).refusal).toBe('FORBIDDEN');
    const demoted = await world.registerAdmin();
    await setRole(demoted.id, 'CUSTOMER');
    expect((await setRole(demoted.id, 'ADMIN', demoted.identity)).refusal).toBe('FORBIDDEN');
  });

  it('of an unknown user or a malformed id are not found', async () => {
    for (const id of ['', 'x', "'; drop table users; --", '00000000-0000-7000-8000-000000000000', '\u0000'])
      expect((await setRole(id, 'ADMIN')).refusal).toBe('NOT_FOUND');
  });
});

describe('The last active admin', () => {
  let world2: UsersWorld;
  beforeAll(async () => {
    world2 = await startUsersWorld();
  });
  afterAll(() => world2.close());

  it('can be neither demoted nor deactivated', async () => {
    const { id, identity } = await world2.registerAdmin();
    const down = await world2.mutate('setUserRole', { userId: id, role: 'CUSTOMER' }, { as: identity });
    expect(down.userErrors).toMatchObject([{ code: 'LAST_ADMIN', field: ['userId'] }]);
    const off = await world2.mutate('setUserActive', { userId: id, isActive: false }, { as: identity });
    expect(off.refusal).toBe('LAST_ADMIN');
  });

  it('remains when two administrators demote each other at the same moment', async () => {
    await world2.database.query(`UPDATE users SET role = 'CUSTOMER'`);
    for (let round = 0; round < 10; round += 1) {
      const [a, b] = [await world2.registerAdmin(), await world2.registerAdmin()];
      await Promise.all([
        world2.mutate('setUserRole', { userId: b.id, role: 'CUSTOMER' }, { as: a.identity }),
        world2.mutate('setUserRole', { userId: a.id, role: 'CUSTOMER' }, { as: b.identity }),
      ]);
      const { rows } = await world2.database.query(`SELECT id FROM users WHERE role = 'ADMIN' AND is_active`);
      expect(rows).toHaveLength(1);
      await world2.database.query(`UPDATE users SET role = 'CUSTOMER'`);
    }
  });
});

describe('Deactivation', () => {
  it('ends the user’s sessions and prevents signing in until the account is reactivated', async () => {
    const { id, email, session, identity } = await world.register();
    expect((await setActive(id, false)).user).toMatchObject({ isActive: false });
    const refreshed = await world.mutate('refreshSession', { refreshToken: session.refreshToken });
    expect(refreshed.refusal).toBe('INVALID_REFRESH_TOKEN');
    expect((await world.mutate('updateProfile', { name: 'x' }, { as: identity })).refusal).toBe(
      'UNAUTHENTICATED',
    );
    await setActive(id, true);
    expect((await world.mutate('login', { email, password: PASSWORD })).session).not.toBeNull();
  });

  it('leaves no live session, even if the user signs in at the same moment', async () => {
    for (let round = 0; round < 5; round += 1) {
      const { id, email } = await world.register();
      const [login] = await Promise.all([
        world.mutate('login', { email, password: PASSWORD }),
        setActive(id, false),
      ]);
      const { refreshToken } = login.session ?? { refreshToken: 'none' };
      expect((await world.mutate('refreshSession', { refreshToken })).refusal).toBe('INVALID_REFRESH_TOKEN');
    }
  });
});

describe('The audit trail', () => {
  const trail = async (id: string, as = admin.identity) => {
    const { data, errors } = await world.query<{
      user: { securityEvents: { nodes: { type: string; isByStaff: boolean; address: string }[] } } | null;
    }>(
      'query ($id: ID!) { user(id: $id) { securityEvents(first: 100) { nodes { type isByStaff address device } } } }',
      { id },
      { as },
    );
    return { nodes: data?.user?.securityEvents.nodes, errors };
  };

  it('shows what happened and who did it, newest first, to the user and to staff', async () => {
    const { id, email, identity } = await world.register();
    await world.mutate('login', { email, password: 'a wrong one' }, { address: '192.0.2.7' });
    await setRole(id, 'ADMIN');
    const expected = [
      { type: 'ROLE_CHANGED', isByStaff: true },
      { type: 'SIGN_IN_FAILED', isByStaff: false, address: '192.0.2.7' },
      { type: 'REGISTERED', isByStaff: false },
    ];
    expect((await trail(id)).nodes).toMatchObject(expected);
    expect((await trail(id, identity)).nodes).toMatchObject(expected);
  });

  it('can be read in pages', async () => {
    const { id, identity } = await world.register();
    for (const name of ['A', 'B', 'C']) await setRole(id, name === 'B' ? 'CUSTOMER' : 'ADMIN');
    const page = async (after: string | null): Promise<string[]> => {
      const { data } = await world.query<{
        me: {
          securityEvents: {
            nodes: { type: string }[];
            pageInfo: { endCursor: string; hasNextPage: boolean };
          };
        };
      }>(
        'query ($after: String) { me { securityEvents(first: 2, after: $after) { nodes { type } pageInfo { endCursor hasNextPage } } } }',
        { after },
        { as: identity },
      );
      const { nodes, pageInfo } = data!.me.securityEvents;
      const types = nodes.map(({ type }) => type);
      return pageInfo.hasNextPage ? [...types, ...(await page(pageInfo.endCursor))] : types;
    };
    expect(await page(null)).toEqual(['ROLE_CHANGED', 'ROLE_CHANGED', 'ROLE_CHANGED', 'REGISTERED']);
  });

  it('is hidden from other customers', async () => {
    const { id } = await world.register();
    const stranger = await world.register();
    expect((await trail(id, stranger.identity)).errors).toMatchObject([
      { extensions: { code: 'FORBIDDEN' } },
    ]);
  });
});
