import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Identity } from '@cartograph/kit';
import {
  buildASTSchema,
  getNamedType,
  isInputObjectType,
  isLeafType,
  isNonNullType,
  isObjectType,
  parse,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLOutputType,
} from 'graphql';
import { startUsersWorld, type UsersWorld } from './support/users-world.js';

const sdl = readFileSync(new URL('../schema.graphql', import.meta.url), 'utf8');
const schema = buildASTSchema(parse(sdl), { assumeValidSDL: true });
const REFUSALS = ['UNAUTHENTICATED', 'FORBIDDEN'];

let world: UsersWorld;
beforeAll(async () => {
  world = await startUsersWorld();
});
afterAll(() => world.close());

/** A valid value that changes nothing. */
function idle(type: GraphQLInputType): unknown {
  if (isNonNullType(type)) return idle(type.ofType);
  if (isInputObjectType(type))
    return Object.fromEntries(
      Object.values(type.getFields())
        // Without a token, `logout` applies another rule than the one tested here.
        .filter((field) => isNonNullType(field.type) || field.name === 'refreshToken')
        .map((field) => [field.name, idle(field.type)]),
    );
  const idles: Record<string, unknown> = { ID: 'none', String: '', Boolean: true, Int: 1, Role: 'CUSTOMER' };
  return idles[getNamedType(type).name];
}

/** The shortest selection that is valid for a type. */
function selection(type: GraphQLOutputType): string {
  const named = getNamedType(type);
  return isLeafType(named) ? '' : '{ __typename }';
}

function call(field: GraphQLField<unknown, unknown>) {
  const required = field.args.filter(({ type }) => isNonNullType(type));
  const variables = Object.fromEntries(required.map(({ name, type }) => [name, idle(type)]));
  const declared = required.map(({ name, type }) => `$${name}: ${String(type)}`).join(', ');
  const given = required.map(({ name }) => `${name}: $${name}`).join(', ');
  return {
    declared: declared && `(${declared})`,
    text: `${field.name}${given && `(${given})`} ${selection(field.type)}`,
    variables,
  };
}

describe('Access', () => {
  it('matches the committed table, for every root field and every field of a user', async () => {
    const owner = await world.register();
    const stranger = await world.register();
    const admin = await world.registerAdmin();
    const askers: [string, Identity][] = [
      ['a guest', { kind: 'anonymous' }],
      ['another customer', stranger.identity],
      ['the customer', owner.identity],
      ['an admin', admin.identity],
      ['a service', { kind: 'service', name: 'orders' }],
    ];
    const verdict = async (document: string, variables: Record<string, unknown>, as: Identity) => {
      const { errors = [] } = await world.query(document, variables, { as });
      const unexpected = errors.filter(({ extensions }) => !REFUSALS.includes(extensions?.code ?? ''));
      expect(unexpected).toEqual([]);
      return errors.length > 0 ? '-' : 'yes';
    };

    const rows: string[][] = [
      ['', ...askers.map(([name]) => name)],
      ['---', ...askers.map(() => '---')],
    ];
    for (const root of [schema.getQueryType()!, schema.getMutationType()!]) {
      for (const field of Object.values(root.getFields())) {
        const { declared, text, variables } = call(field);
        const operation = `${root.name.toLowerCase()} ${declared} { ${text} }`;
        const verdicts: string[] = [];
        for (const [, as] of askers) verdicts.push(await verdict(operation, variables, as));
        rows.push([`${root.name}.${field.name}`, ...verdicts]);
      }
    }
    const reference = { __typename: 'User', id: owner.id };
    for (const type of ['User', 'UserSession', 'SecurityEvent'].map((name) => schema.getType(name))) {
      if (!isObjectType(type)) throw new Error('Expected an object type.');
      for (const field of Object.values(type.getFields())) {
        const { declared, text, variables } = call(field);
        const path = {
          User: text,
          UserSession: `sessions { ${text} }`,
          SecurityEvent: `securityEvents { nodes { ${text} } }`,
        };
        const operation = `query ($r: [_Any!]! ${declared.slice(1, -1)}) {
          _entities(representations: $r) { ... on User { ${path[type.name as keyof typeof path]} } } }`;
        const verdicts: string[] = [];
        for (const [, as] of askers)
          verdicts.push(await verdict(operation, { ...variables, r: [reference] }, as));
        rows.push([`${type.name}.${field.name}`, ...verdicts]);
      }
    }
    const table = rows.map((row) => `| ${row.join(' | ')} |\n`).join('');
    const committed = readFileSync(new URL('access.md', import.meta.url), 'utf8');
    // If the change is intended, copy the new table into access.md; the formatter aligns its columns.
    const narrow = (text: string) => text.replace(/ *\| */g, '|').replace(/-{2,}/g, '--');
    expect(narrow(table)).toBe(narrow(committed.slice(committed.indexOf('|'))));
  });

  it('is restricted for every type with personal data', () => {
    const guarded = Object.values(schema.getTypeMap())
      .filter(isObjectType)
      .filter((type) => type.astNode?.directives?.some(({ name }) => name.value === 'access'))
      .map(({ name }) => name);
    expect(guarded.sort()).toEqual(['SecurityEvent', 'Session', 'User', 'UserConnection', 'UserSession']);
  });
});
