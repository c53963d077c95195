import { describe, expect, it } from '@jest/globals';
import { over } from './support/supergraph.js';

const world = over([
  {
    name: 'a',
    typeDefs: `scalar Any enum Color { RED } type Query { p: P ps: [P] needed: [P!] }
      type P @key(fields: "id") { id: ID! text: String any: Any color: Color yes: Boolean must: String! }`,
  },
  { name: 'b', typeDefs: 'type P @key(fields: "id") { id: ID! more: String }' },
]);

/** What comes for a query if the subgraphs answer with these texts. */
async function answer(query: string, a: string, b = '{"data":{"_entities":[null]}}'): Promise<string> {
  world().subgraphs['a']!.intercept = () => Promise.resolve({ text: a });
  world().subgraphs['b']!.intercept = () => Promise.resolve({ text: b });
  const response = await world().fetch({
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query }),
  });
  return response.text();
}

describe('an answer', () => {
  const TEXTS = {
    'nothing special': 'plain',
    'a quote and a backslash': 'a "b" \\ c',
    'control characters': '\u0000\t\n\u001f\u007f',
    'Latin letters beyond ASCII': 'Crème brûlée ÿ',
    'other scripts': 'Ω 日本 عربى',
    'characters of two units': '😀𝒳',
    'half of a character': '\ud800x',
    'line separators': '\u2028\u2029',
    'more than the buffer holds': 'long '.repeat(40_000),
    'more than the buffer holds, not ASCII': 'läng '.repeat(40_000),
    'a name of the prototype': '__proto__',
    'something like a number': '12345678901234567890',
    nothing: '',
  };

  it.each(Object.entries(TEXTS))('holds strings as the subgraph gave them: %s', async (_name, text) => {
    const data = { p: { text, any: { [text]: [text, 1] } } };
    expect(JSON.parse(await answer('{ p { text any } }', JSON.stringify({ data })))).toEqual({ data });
  });

  it.each(Object.entries(TEXTS))('holds them beside those of another subgraph: %s', async (_name, text) => {
    const a = { data: { p: { __typename: 'P', id: '1', text: 'plain' } } };
    const b = { data: { _entities: [{ more: text }] } };
    const expected = { data: { p: { text: 'plain', more: text } } };
    const query = '{ p { text more } }';
    expect(JSON.parse(await answer(query, JSON.stringify(a), JSON.stringify(b)))).toEqual(expected);
    a.data.p.text = text;
    b.data._entities[0]!.more = 'plain';
    const turned = { data: { p: { text, more: 'plain' } } };
    expect(JSON.parse(await answer(query, JSON.stringify(a), JSON.stringify(b)))).toEqual(turned);
  });

  it('holds characters that the subgraph escaped without need', async () => {
    const given = String.raw`{"data":{"p":{"text":"\u0041\/\u00e9\ud83d\ude00"}}}`;
    expect(await answer('{ p { text } }', given)).toBe('{"data":{"p":{"text":"A/é😀"}}}');
  });

  it.each([
    [
      'a null that bubbles',
      '{"ps":[{"text":"x","must":null},{"text":"y","must":"z"}]}',
      '[null,{"text":"y","must":"z"}]',
    ],
    ['a value of another type', '{"ps":[{"text":7,"must":"z"}]}', '[{"text":null,"must":"z"}]'],
    ['an empty list', '{"ps":[]}', '[]'],
    ['an item that is no object', '{"ps":["P",{"text":"y","must":"z"}]}', '[null,{"text":"y","must":"z"}]'],
  ])('takes back what it wrote before %s', async (_name, data, expected) => {
    const text = await answer('{ ps { text must } }', `{"data":${data}}`);
    expect(text.endsWith(`"data":{"ps":${expected}}}`)).toBe(true);
  });

  it('is null where a null bubbles up a list of items that must be there', async () => {
    const text = await answer(
      '{ needed { must } p { must } }',
      '{"data":{"needed":[{"must":"a"},{"must":null}],"p":null}}',
    );
    expect(JSON.parse(text)).toMatchObject({
      data: { needed: null, p: null },
      errors: [{ path: ['needed', 1, 'must'] }],
    });
  });

  it('is right however many are written at the same time', async () => {
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, n) =>
        answer(`{ p { text a${n}: yes color } }`, '{"data":{"p":{"text":"é","yes":true,"color":"RED"}}}'),
      ),
    );
    // The subgraph knows no alias, so that field is null.
    answers.forEach((text, n) => expect(text).toBe(`{"data":{"p":{"text":"é","a${n}":null,"color":"RED"}}}`));
  });
});
