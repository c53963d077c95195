import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ApolloLink, execute, type ApolloClient } from '@apollo/client';
import { describe, expect, it } from '@jest/globals';
import { buildSchema, getNamedType, isInputObjectType, parse, typeFromAST, visit } from 'graphql';
import { of, lastValueFrom } from 'rxjs';
import { KEYED_INPUTS, keyInputs } from '../src/lib/keyed-inputs.js';

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const schema = buildSchema(readFileSync(at('../../schema/api.graphql'), 'utf8'));
const hasKey = (name: string): boolean => {
  const type = schema.getType(name);
  return isInputObjectType(type) && 'idempotencyKey' in type.getFields();
};

/** Every mutation of the storefront whose input has an idempotency key, with the name of that variable. */
const mutations = readdirSync(at('../src'), { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.graphql'))
  .flatMap((name) => {
    const document = parse(readFileSync(at(`../src/${name}`), 'utf8'));
    const variables: string[] = [];
    visit(document, {
      VariableDefinition({ variable, type }) {
        const named = getNamedType(typeFromAST(schema, type as never));
        if (named && hasKey(named.name)) variables.push(variable.name.value);
      },
    });
    return variables.map((variable) => ({ name, document, variable }));
  });

/** Sends the operation through the link; returns the keys that would reach the shop, also when it is repeated. */
async function sentKeys(
  { document, variable }: (typeof mutations)[number],
  input: object,
): Promise<readonly unknown[]> {
  const sent: unknown[] = [];
  const terminal = new ApolloLink((operation) => {
    sent.push((operation.variables[variable] as { idempotencyKey?: unknown }).idempotencyKey);
    return of({ data: {} });
  });
  const again = new ApolloLink((operation, forward) => {
    forward(operation).subscribe();
    return forward(operation);
  });
  await lastValueFrom(
    execute(
      ApolloLink.from([keyInputs, again, terminal]),
      { query: document, variables: { [variable]: input } },
      { client: {} as ApolloClient },
    ),
  );
  return sent;
}

describe('what the storefront asks to be done once', () => {
  it('should be known by the inputs that take an idempotency key', () => {
    expect([...KEYED_INPUTS].sort()).toEqual(Object.keys(schema.getTypeMap()).filter(hasKey).sort());
    expect(mutations.length).toBeGreaterThan(2);
  });

  it.each(mutations)(
    'should carry a key in $name: a new one for each time, the same when it is sent again',
    async (mutation) => {
      const first = await sentKeys(mutation, {});
      const second = await sentKeys(mutation, { idempotencyKey: null });
      expect(first).toEqual([expect.stringMatching(/^[0-9a-f-]{36}$/), first[0]]);
      expect(second).toEqual([expect.stringMatching(/^[0-9a-f-]{36}$/), second[0]]);
      expect(second[0]).not.toBe(first[0]);
    },
  );

  it.each(mutations)(
    'should keep in $name the key that the page has chosen for a person’s action',
    async (mutation) => {
      expect(await sentKeys(mutation, { idempotencyKey: 'chosen' })).toEqual(['chosen', 'chosen']);
    },
  );
});
