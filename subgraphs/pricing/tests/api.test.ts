import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { userIdentity, type RunningSubgraph } from '@cartograph/testing';
import { startPricing } from './support.js';

let pricing: RunningSubgraph;
const carl = userIdentity('carl');

beforeAll(async () => {
  pricing = await startPricing();
});
afterAll(() => pricing.close());

const CREATE = `mutation($text: String!) {
  createPromotion(input: { text: $text }) { promotion { id text author { id } } userErrors { code message field } }
}`;
async function create(text: string): Promise<string> {
  const { data } = await pricing.ask(CREATE, { text }, carl);
  return data.createPromotion.promotion.id;
}

describe('one of the pricing', () => {
  it('is written by a signed-in user and read by anybody', async () => {
    const id = await create('  Hello  ');
    const read = await pricing.ask(
      `query($id: ID!) { promotion(id: $id) { id text author { id } createdAt } }`,
      { id },
    );
    expect(read).toEqual({
      data: { promotion: { id, text: 'Hello', author: { id: 'carl' }, createdAt: expect.any(String) } },
    });
  });

  it('is not written by a guest', async () => {
    const { errors } = await pricing.ask(CREATE, { text: 'Hello' });
    expect(errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
  });

  it('is refused without a text, saying which field is wrong', async () => {
    const { data } = await pricing.ask(CREATE, { text: ' ' }, carl);
    expect(data.createPromotion).toMatchObject({
      promotion: null,
      userErrors: [{ code: 'INVALID_INPUT', field: ['text'] }],
    });
  });

  it.each(['00000000-0000-7000-8000-000000000000', 'no id', ''])(
    'is null for the unknown id %j',
    async (id) => {
      expect(await pricing.ask(`query($id: ID!) { promotion(id: $id) { id } }`, { id })).toEqual({
        data: { promotion: null },
      });
    },
  );

  it('is found by other subgraphs, in the order they ask', async () => {
    const ids = [await create('one'), await create('two')];
    const r = [...ids, 'no id'].map((id) => ({ __typename: 'Promotion', id }));
    const query = `query($r: [_Any!]!) { _entities(representations: $r) { ... on Promotion { text } } }`;
    expect(await pricing.ask(query, { r })).toEqual({
      data: { _entities: [{ text: 'one' }, { text: 'two' }, null] },
    });
  });
});

describe('the list of pricing', () => {
  const LIST = `query($first: Int, $after: String) {
    pricing(first: $first, after: $after) { nodes { text } totalCount pageInfo { hasNextPage endCursor } }
  }`;

  it('comes newest first, page by page', async () => {
    for (const text of ['a', 'b', 'c']) await create(text);
    const first = await pricing.ask(LIST, { first: 2 });
    expect(first.data.pricing).toMatchObject({
      nodes: [{ text: 'c' }, { text: 'b' }],
      pageInfo: { hasNextPage: true },
    });
    const after = first.data.pricing.pageInfo.endCursor;
    const second = await pricing.ask(LIST, { first: 1, after });
    expect(second.data.pricing.nodes).toEqual([{ text: 'a' }]);
  });

  it.each([{ first: 0 }, { first: 101 }, { after: 'no cursor' }])('is refused for %j', async (variables) => {
    const { errors } = await pricing.ask(LIST, variables);
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
  });
});
