import { ApolloGateway, LocalGraphQLDataSource } from '@apollo/gateway';
import { ApolloServer, HeaderMap } from '@apollo/server';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { execute, type GraphQLSchema, parse, validate } from 'graphql';
import type { SubgraphAnswer } from '../../src/execution/execute.js';
import { RequestScope } from '../../src/scope/request-scope.js';
import { SubgraphFailure } from '../../src/execution/errors.js';
import { runOperation } from '../../src/execution/run.js';
import { Planner } from '../../src/operation/planner.js';
import { compose } from './gateway.js';
import type { MadeOperation } from './oracle/made-operation.js';
import type { SubgraphDefinition } from './subgraph.js';

// Read by Apollo's gateway when it is made.
process.env['APOLLO_TELEMETRY_DISABLED'] = 'true';

export interface Outcome {
  /** JSON text. */
  readonly data: string;
  readonly hasErrors: boolean;
  readonly errors: readonly { message: string; path?: readonly (string | number)[] | undefined }[];
}

export interface Differential {
  readonly apiSchema: GraphQLSchema;
  isValid(query: string): boolean;
  ours(operation: MadeOperation): Promise<Outcome>;
  theirs(operation: MadeOperation): Promise<Outcome>;
  stop(): Promise<void>;
}

/** The same subgraphs, in this process, behind our planner and executor and behind Apollo's gateway. */
export async function startDifferential(definitions: readonly SubgraphDefinition[]): Promise<Differential> {
  const parsed = definitions.map(({ name, typeDefs }) => ({ name, typeDefs: parse(typeDefs) }));
  const sdl = compose(parsed);
  const schemas = new Map(
    parsed.map(({ name, typeDefs }, index) => [
      name,
      buildSubgraphSchema({ typeDefs, resolvers: (definitions[index]!.resolvers ?? {}) as never }),
    ]),
  );

  const planner = new Planner(sdl, {
    explain: false,
    introspection: true,
    cacheBytes: 256 * 1024 * 1024,
    maxTokens: 100_000,
    limits: { selections: 100_000, depth: 100, aliases: 10_000, rootFields: 1_000, directives: 10_000 },
    assumedListSize: 10,
    suggestions: true,
  });
  const answer = async (service: string, body: string): Promise<SubgraphAnswer> => {
    const { query, variables } = JSON.parse(body) as { query: string; variables: Record<string, unknown> };
    const schema = schemas.get(service)!;
    const document = parse(query);
    const errors = validate(schema, document);
    if (errors.length > 0) throw new Error(`We sent ${service} an invalid query: ${errors.join()}\n${query}`);
    // Through text, as over the network.
    return JSON.parse(
      JSON.stringify(await execute({ schema, document, variableValues: variables })),
    ) as SubgraphAnswer;
  };
  const gateway = new ApolloGateway({
    supergraphSdl: sdl,
    queryPlannerConfig: { reuseQueryFragments: false },
    buildService: ({ name }) => new LocalGraphQLDataSource(schemas.get(name)!),
    logger: { debug() {}, info() {}, warn() {}, error() {} },
  });
  const server = new ApolloServer({
    gateway,
    introspection: true,
    includeStacktraceInErrorResponses: false,
    stopOnTerminationSignals: false,
    logger: { debug() {}, info() {}, warn() {}, error() {} },
  });
  await server.start();
  return {
    apiSchema: planner.apiSchema,
    isValid: (query) => validate(planner.apiSchema, parse(query)).length === 0,
    async ours({ query, variables }) {
      const operation = await planner.prepare(query);
      const read = operation.readVariables(variables);
      if ('errors' in read) throw read.errors[0];
      let fault: unknown;
      const { data, errors } = await runOperation(
        operation,
        read.values,
        new RequestScope(undefined, '', [], '', ''),
        {
          fetcher: () => (step, body, done) => {
            answer(step.service, body).then(
              (given) => done(undefined, given),
              (error: unknown) => {
                fault = error;
                done(new SubgraphFailure('SUBGRAPH_UNREACHABLE', String(error)), undefined);
              },
            );
          },
        },
      );
      if (fault) throw fault;
      return { data, hasErrors: errors.length > 0, errors };
    },
    async theirs({ query, variables }) {
      const { body } = await server.executeOperation({
        query,
        variables,
        http: { method: 'POST', headers: new HeaderMap(), search: '', body: {} },
      });
      if (body.kind !== 'single') throw new Error('Expected one result.');
      const { data, errors = [] } = body.singleResult;
      return { data: JSON.stringify(data), hasErrors: errors.length > 0, errors };
    },
    stop: () => server.stop(),
  };
}
