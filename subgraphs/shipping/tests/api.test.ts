import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { userIdentity, type RunningSubgraph } from '@cartograph/testing';
import { startShipping } from './support.js';

let shipping: RunningSubgraph;
const carl = userIdentity('carl');

beforeAll(async () => {
  shipping = await startShipping();
});
afterAll(() => shipping.close());

const CREATE = `mutation($text: String!) {
  createMethod(input: { text: $text }) { method { id text author { id } } userErrors { code message field } }
}`;
async function create(text: string): Promise<string> {
  const { data } = await shipping.ask(CREATE, { text }, carl);
  return data.createMethod.method.id;
}

describe('one of the shipping', () => {
  it('is written by a signed-in user and read by anybody', async () => {
    const id = await create('  Hello  ');
    const read = await shipping.ask(
      `query($id: ID!) { method(id: $id) { id text author { id } createdAt } }`,
      { id },
    );
    expect(read).toEqual({
      data: { method: { id, text: 'Hello', author: { id: 'carl' }, createdAt: expect.any(String) } },
    });
  });

  it('is not written by a guest', async () => {
    const { errors } = await shipping.ask(CREATE, { text: 'Hello' });
    expect(errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
  });

  it('is refused without a text, saying which field is wrong', async () => {
    const { data } = await shipping.ask(CREATE, { text: ' ' }, carl);
    expect(data.createMethod).toMatchObject({
      method: null,
      userErrors: [{ code: 'INVALID_INPUT', field: ['text'] }],
    });
  });

  it.each(['00000000-0000-7000-8000-000000000000', 'no id', ''])(
    'is null for the unknown id %j',
    async (id) => {
      expect(await shipping.ask(`query($id: ID!) { method(id: $id) { id } }`, { id })).toEqual({
        data: { method: null },
      });
    },
  );

  it('is found by other subgraphs, in the order they ask', async () => {
    const ids = [await create('one'), await create('two')];
    const r = [...ids, 'no id'].map((id) => ({ __typename: 'Method', id }));
    const query = `query($r: [_Any!]!) { _entities(representations: $r) { ... on Method { text } } }`;
    expect(await shipping.ask(query, { r })).toEqual({
      data: { _entities: [{ text: 'one' }, { text: 'two' }, null] },
    });
  });
});

describe('the list of shipping', () => {
  const LIST = `query($first: Int, $after: String) {
    shipping(first: $first, after: $after) { nodes { text } totalCount pageInfo { hasNextPage endCursor } }
  }`;

  it('comes newest first, page by page', async () => {
    for (const text of ['a', 'b', 'c']) await create(text);
    const first = await shipping.ask(LIST, { first: 2 });
    expect(first.data.shipping).toMatchObject({
      nodes: [{ text: 'c' }, { text: 'b' }],
      pageInfo: { hasNextPage: true },
    });
    const after = first.data.shipping.pageInfo.endCursor;
    const second = await shipping.ask(LIST, { first: 1, after });
    expect(second.data.shipping.nodes).toEqual([{ text: 'a' }]);
  });

  it.each([{ first: 0 }, { first: 101 }, { after: 'no cursor' }])('is refused for %j', async (variables) => {
    const { errors } = await shipping.ask(LIST, variables);
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
  });
});
