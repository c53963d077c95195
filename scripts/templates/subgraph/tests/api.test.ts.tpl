import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { userIdentity, type RunningSubgraph } from '@cartograph/testing';
import { start__Name__ } from './support.js';

let __name__: RunningSubgraph;
const carl = userIdentity('carl');

beforeAll(async () => {
  __name__ = await start__Name__();
});
afterAll(() => __name__.close());

const CREATE = `mutation($text: String!) {
  create__Entity__(input: { text: $text }) { __entity__ { id text author { id } } userErrors { code message field } }
}`;
async function create(text: string): Promise<string> {
  const { data } = await __name__.ask(CREATE, { text }, carl);
  return data.create__Entity__.__entity__.id;
}

describe('one of the __name__', () => {
  it('is written by a signed-in user and read by anybody', async () => {
    const id = await create('  Hello  ');
    const read = await __name__.ask(`query($id: ID!) { __entity__(id: $id) { id text author { id } createdAt } }`, { id });
    expect(read).toEqual({
      data: { __entity__: { id, text: 'Hello', author: { id: 'carl' }, createdAt: expect.any(String) } },
    });
  });

  it('is not written by a guest', async () => {
    const { errors } = await __name__.ask(CREATE, { text: 'Hello' });
    expect(errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
  });

  it('is refused without a text, saying which field is wrong', async () => {
    const { data } = await __name__.ask(CREATE, { text: ' ' }, carl);
    expect(data.create__Entity__).toMatchObject({
      __entity__: null,
      userErrors: [{ code: 'INVALID_INPUT', field: ['text'] }],
    });
  });

  it.each(['00000000-0000-7000-8000-000000000000', 'no id', ''])('is null for the unknown id %j', async (id) => {
    expect(await __name__.ask(`query($id: ID!) { __entity__(id: $id) { id } }`, { id })).toEqual({ data: { __entity__: null } });
  });

  it('is found by other subgraphs, in the order they ask', async () => {
    const ids = [await create('one'), await create('two')];
    const r = [...ids, 'no id'].map((id) => ({ __typename: '__Entity__', id }));
    const query = `query($r: [_Any!]!) { _entities(representations: $r) { ... on __Entity__ { text } } }`;
    expect(await __name__.ask(query, { r })).toEqual({ data: { _entities: [{ text: 'one' }, { text: 'two' }, null] } });
  });
});

describe('the list of __name__', () => {
  const LIST = `query($first: Int, $after: String) {
    __name__(first: $first, after: $after) { nodes { text } totalCount pageInfo { hasNextPage endCursor } }
  }`;

  it('comes newest first, page by page', async () => {
    for (const text of ['a', 'b', 'c']) await create(text);
    const first = await __name__.ask(LIST, { first: 2 });
    expect(first.data.__name__).toMatchObject({ nodes: [{ text: 'c' }, { text: 'b' }], pageInfo: { hasNextPage: true } });
    const after = first.data.__name__.pageInfo.endCursor;
    const second = await __name__.ask(LIST, { first: 1, after });
    expect(second.data.__name__.nodes).toEqual([{ text: 'a' }]);
  });

  it.each([{ first: 0 }, { first: 101 }, { after: 'no cursor' }])('is refused for %j', async (variables) => {
    const { errors } = await __name__.ask(LIST, variables);
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
  });
});
