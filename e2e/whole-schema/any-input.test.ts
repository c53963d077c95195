import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { declaredServices } from '@cartograph/launcher/stack';
import { IDENTITY_HEADER, signIdentity, type Identity } from '@cartograph/kit';
import {
  createGraphClient,
  startTestStack,
  type GraphClient,
  type GraphResponse,
  type TestStack,
} from '@cartograph/testing';
import fc from 'fast-check';
import {
  getNamedType,
  isLeafType,
  isNonNullType,
  isObjectType,
  type GraphQLField,
  type GraphQLNamedOutputType,
  type GraphQLObjectType,
  type GraphQLSchema,
} from 'graphql';
import { fillCart, registerCustomer, signInAdmin } from '../harness/shop.js';
import { anyValueOf } from './any-value.js';
import { populate, type PopulatedShop } from './populated-shop.js';
import { hasDirective, objectTypes, readSchema } from './schema-walk.js';

/** How often each operation is tried; `ANY_INPUT_RUNS=1000 npm test -- e2e/whole-schema` digs deeper. */
const runs = Number(process.env['ANY_INPUT_RUNS'] ?? 12);
/** Everything that is the asker's own doing. */
const REFUSALS = ['BAD_USER_INPUT', 'UNAUTHENTICATED', 'FORBIDDEN', 'NOT_FOUND', 'OPERATION_TOO_EXPENSIVE'];

const api = readSchema('schema/api.graphql');
const subgraphs = declaredServices
  .filter(({ isSubgraph }) => isSubgraph)
  .map(({ name, folder }) => ({ name, schema: readSchema(`${folder}/schema.graphql`) }));

/** All that can be read without arguments, down to `depth`. */
function selectionOf(type: GraphQLNamedOutputType, depth: number): string {
  if (isLeafType(type)) return '';
  const fields = isObjectType(type) ? Object.values(type.getFields()) : [];
  const parts = fields.flatMap((field) => {
    const named = getNamedType(field.type);
    if (field.args.some((argument) => isNonNullType(argument.type))) return [];
    if (isLeafType(named)) return [field.name];
    return depth > 1 && isObjectType(named) ? [`${field.name} ${selectionOf(named, depth - 1)}`] : [];
  });
  return `{ ${['__typename', ...parts].join(' ')} }`;
}

type Field = GraphQLField<unknown, unknown>;

function operationOf(root: string, field: Field): string {
  const declared = field.args.map(({ name, type }) => `$${name}: ${String(type)}`).join(', ');
  const passed = field.args.map(({ name }) => `${name}: $${name}`).join(', ');
  const call = `${field.name}${passed && `(${passed})`}`;
  return `${root} ${declared && `(${declared})`} { ${call} ${selectionOf(getNamedType(field.type), 2)} }`;
}

function expectNoFault({ status, errors = [] }: GraphResponse): void {
  expect(status).toBeLessThan(500);
  // The message is in the comparison, so that a failure tells what went wrong.
  const faults = errors.filter(({ extensions }) => !REFUSALS.includes(extensions?.code ?? ''));
  expect(faults).toEqual([]);
}

const rootsOf = (schema: GraphQLSchema) =>
  [schema.getMutationType(), schema.getQueryType()].flatMap((root) =>
    Object.values(root?.getFields() ?? {}).map(
      (field) => [`${root!.name}.${field.name}`, root!.name.toLowerCase(), field] as const,
    ),
  );

/** The type of `id`, as an input. */
const idOf = (entities: readonly GraphQLObjectType[]) => {
  const type = getNamedType(entities[0]!.getFields()['id']!.type);
  if (!isLeafType(type)) throw new Error('An id is no leaf.');
  return type;
};

describe('every operation of the gateway and of every subgraph, given any input', () => {
  let stack: TestStack;
  let shop: PopulatedShop;
  /** Signed in several times each: some operations end the session they come with. */
  let askers: GraphClient[];
  const known = () => shop.known;
  beforeAll(async () => {
    stack = await startTestStack({ env: { PAYMENT_DELAY_MS: '0' } });
    shop = await populate(stack);
    const { ids } = shop;
    const times = <Value>(make: () => Promise<Value>) => Promise.all([1, 2, 3].map(make));
    const customers = await times(() => registerCustomer(stack));
    for (const customer of customers) await fillCart(customer, ids.Product);
    askers = [stack.graph, ...(await times(() => signInAdmin(stack))), ...customers];
  }, 180_000);
  afterAll(() => stack?.stop());

  const argumentsOf = (field: Field) =>
    fc.record(Object.fromEntries(field.args.map(({ name, type }) => [name, anyValueOf(type, known)])), {
      requiredKeys: field.args.filter(({ type }) => isNonNullType(type)).map(({ name }) => name),
    });

  describe('an operation of the shop', () => {
    it.each(rootsOf(api))(
      '%s should answer or refuse it, and never fail',
      async (_, root, field) => {
        const operation = operationOf(root, field);
        await fc.assert(
          fc.asyncProperty(argumentsOf(field), fc.nat(), async (given, who) =>
            expectNoFault(await askers[who % askers.length]!.query(operation, given)),
          ),
          { numRuns: runs, endOnFailure: true },
        );
      },
      600_000,
    );
  });

  describe.each(subgraphs)('$name', ({ name, schema }) => {
    /** Those that it gets from services, and what a forged or damaged token could make of one. */
    const identities: readonly Identity[] = [
      ...['orders', 'cart', 'gateway'].map((service) => ({ kind: 'service', name: service }) as const),
      {
        kind: 'user',
        userId: 'no uuid\u0000',
        role: 'ADMIN',
        sessionId: '',
        expiresAt: Date.now() + 3_600_000,
      },
      { kind: 'anonymous' },
    ];
    const ask = async (who: number, operation: string, variables: Record<string, unknown>) => {
      const signature = await signIdentity({
        identity: identities[who % identities.length]!,
        audience: name,
        issuer: 'gateway',
        secret: shop.stack.internalAuthSecret,
      });
      const client = createGraphClient(`${shop.stack.url(name)}/graphql`, {
        headers: { [IDENTITY_HEADER]: signature },
      });
      expectNoFault(await client.query(operation, variables));
    };

    /** The gateway does not lead to these; services and staff's tools call them. */
    const own = rootsOf(schema).filter(
      ([path, , field]) =>
        !(path.split('.')[0] === 'Mutation' ? api.getMutationType() : api.getQueryType())!.getFields()[
          field.name
        ],
    );
    it(`should be answered or refused by what only services call: ${own.map(([path]) => path).join(', ') || 'nothing'}`, async () => {
      for (const [, root, field] of own)
        await fc.assert(
          fc.asyncProperty(argumentsOf(field), fc.nat(), (given, who) =>
            ask(who, operationOf(root, field), given),
          ),
          { numRuns: runs, endOnFailure: true },
        );
    }, 600_000);

    it('should be answered or refused as the key of an entity', async () => {
      const entities = objectTypes(schema).filter((type) => hasDirective(type, 'key'));
      const reference = fc.record({
        __typename: fc.constantFrom(...entities.map((type) => type.name)),
        id: anyValueOf(idOf(entities), known),
      });
      const wanted = entities.map((type) => `... on ${type.name} { id }`).join(' ');
      await fc.assert(
        fc.asyncProperty(fc.array(reference, { maxLength: 4 }), fc.nat(), (r, who) =>
          ask(who, `query ($r: [_Any!]!) { _entities(representations: $r) { __typename ${wanted} } }`, { r }),
        ),
        { numRuns: runs, endOnFailure: true },
      );
    }, 600_000);
  });
});
