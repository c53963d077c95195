import { describe, expect, it } from '@jest/globals';
import { parse } from 'graphql';
import { addAbsentMembers } from '../src/operation/absent-members.js';
import { startDifferential } from './support/differential.js';
import { compose } from './support/gateway.js';
import type { SubgraphDefinition } from './support/subgraph.js';

const LINK =
  'extend schema @link(url: "https://specs.apollo.dev/federation/v2.7", import: ["@key", "@shareable"])\n';

type Note = { __typename: string } & Record<string, unknown>;
const text = { __typename: 'Text', body: 'hello' };
const picture = { __typename: 'Picture', url: '/1.png', size: { width: 640 } };
const sound = { __typename: 'Sound', seconds: 3 };

/** A thread whose notes two subgraphs share, of which each has a kind of its own. */
function subgraph(name: string, own: string, rootField: string, notes: Note[]): SubgraphDefinition {
  const rootNotes = { id: 't1', notes: () => ({ list: notes }) };
  return {
    name,
    typeDefs: `${LINK} type Query { ${rootField}: Thread both: Thread @shareable }
      type Thread @key(fields: "id") { id: ID! notes: Notes @shareable ${name}Notes: Notes }
      type Notes @shareable { list: [Note!]! } type Text @shareable { body: String }
      ${own}`,
    resolvers: {
      Query: { [rootField]: () => rootNotes, both: () => ({ id: 't1', notes: () => ({ list: [text] }) }) },
      Thread: {
        __resolveReference: () => rootNotes,
        [`${name}Notes`]: () => ({ list: notes }),
      },
      Note: { __resolveType: ({ __typename }: Note) => __typename },
    },
  };
}
const subgraphs = [
  subgraph(
    'pictures',
    'union Note = Text | Picture type Picture { url(scale: Int): String size: Size } type Size { width: Int }',
    'withPictures',
    [text, picture],
  ),
  subgraph('sounds', 'union Note = Text | Sound type Sound { seconds: Int }', 'withSounds', [text, sound]),
];

async function both(query: string, variables = {}, of: readonly SubgraphDefinition[] = subgraphs) {
  const pair = await startDifferential(of);
  try {
    return { ours: await pair.ours({ query, variables }), theirs: await pair.theirs({ query, variables }) };
  } finally {
    await pair.stop();
  }
}

describe('a union that has other members in another subgraph', () => {
  const ALL =
    '{ list { __typename ... on Text { body } ... on Picture { url size { width } } ... on Sound { seconds } } }';

  it.each([
    [
      'the field of one subgraph',
      `{ withPictures { notes ${ALL} } }`,
      'withPictures',
      'notes',
      [text, picture],
    ],
    ['that of the other', `{ withSounds { notes ${ALL} } }`, 'withSounds', 'notes', [text, sound]],
    ['a field that both share', `{ both { notes ${ALL} } }`, 'both', 'notes', [text]],
    [
      'a field across them',
      `{ withPictures { soundsNotes ${ALL} } }`,
      'withPictures',
      'soundsNotes',
      [text, sound],
    ],
  ])('gives all fields of every member by %s', async (_name, query, root, field, list) => {
    const { ours } = await both(query);
    expect(ours.errors).toEqual([]);
    expect(JSON.parse(ours.data)).toEqual({ [root]: { [field]: { list: list } } });
  });

  it('gives nothing for members that this subgraph does not have, and asks it for nothing of them', async () => {
    const query =
      'query ($scale: Int) { withSounds { notes { list { __typename ... on Picture { url(scale: $scale) } } } } }';
    const { ours } = await both(query, { scale: 2 });
    // `ours` throws where a subgraph is sent what it would refuse.
    expect(ours.errors).toEqual([]);
    expect(JSON.parse(ours.data)).toEqual({
      withSounds: { notes: { list: [{ __typename: 'Text' }, { __typename: 'Sound' }] } },
    });
  });

  it('gives all of it where the other subgraph cannot be asked at all', async () => {
    const lacking: SubgraphDefinition = {
      name: 'texts',
      typeDefs: `${LINK} type Notes @shareable { list: [Note!]! } union Note = Text type Text @shareable { body: String }`,
    };
    const query = '{ withPictures { notes { list { __typename ... on Picture { url } } } } }';
    const { ours } = await both(query, {}, [subgraphs[0]!, lacking]);
    expect(ours.errors).toEqual([]);
    expect(JSON.parse(ours.data)).toEqual({
      withPictures: { notes: { list: [{ __typename: 'Text' }, { __typename: 'Picture', url: '/1.png' }] } },
    });
  });

  it('is left alone in supergraphs that do not say which subgraph has which member', () => {
    const sdl = compose(subgraphs.map(({ name, typeDefs }) => ({ name, typeDefs: parse(typeDefs) })));
    expect(addAbsentMembers(parse(sdl))).toBeDefined();
    expect(addAbsentMembers(parse(sdl.replace(/^.*@join__unionMember.*$/gm, '')))).toBeUndefined();
  });

  it('loses fields of members in the plan of Apollo, without an error', async () => {
    const { theirs } = await both(`{ withPictures { notes ${ALL} } }`);
    expect(theirs.hasErrors).toBe(false);
    expect(JSON.parse(theirs.data)).not.toEqual({ withPictures: { notes: { list: [text, picture] } } });
  });
});
