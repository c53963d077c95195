// What the findings about @apollo/gateway share: a few subgraphs and Apollo's own gateway over them, in one process and without
// a network. Copied into the temporary folder of the script that uses it.
import { composeServices } from '@apollo/composition';
import { ApolloGateway, LocalGraphQLDataSource } from '@apollo/gateway';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { parse } from 'graphql';

const LINK = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.7",
  import: ["@key", "@external", "@requires", "@shareable", "@interfaceObject"])\n`;
const quiet = { debug() {}, info() {}, warn() {}, error() {} };

/**
 * Starts the stock gateway over subgraphs `{ name: { sdl, resolvers } }`. `ask(query, variables)` resolves to what a client
 * gets, as `{ data, errors }`; `sent` lists what the subgraphs were asked for it, as `name: operation variables`.
 */
export async function stockGateway(subgraphs) {
  const services = Object.entries(subgraphs).map(([name, { sdl, resolvers }]) => ({
    name,
    url: `http://${name}.invalid`,
    typeDefs: parse(LINK + sdl),
    resolvers,
  }));
  const { errors, supergraphSdl } = composeServices(
    services.map(({ name, url, typeDefs }) => ({ name, url, typeDefs })),
  );
  if (errors) throw new Error(errors.map(String).join('\n'));
  const sent = [];
  const gateway = new ApolloGateway({
    supergraphSdl,
    logger: quiet,
    buildService({ name }) {
      const service = services.find((one) => one.name === name);
      const local = new LocalGraphQLDataSource(buildSubgraphSchema(service));
      return {
        process(options) {
          sent.push(`${name}: ${options.request.query} ${JSON.stringify(options.request.variables)}`);
          return local.process(options);
        },
      };
    },
  });
  const { executor } = await gateway.load();
  return {
    sent,
    async ask(query, variables = {}) {
      sent.length = 0;
      const { data, errors: found } = await executor({
        request: { query, variables },
        document: parse(query),
        queryHash: query,
        context: {},
        metrics: {},
        logger: quiet,
        cache: new Map(),
      });
      return { data, ...(found && { errors: found.map(({ message }) => message) }) };
    },
  };
}

/** Prints what was seen and fails if it is not what was seen when the finding was written. */
export function compare(seen, expected, date) {
  console.log(JSON.stringify(seen, null, 2));
  if (JSON.stringify(seen) === JSON.stringify(expected)) return;
  console.error(`This is no longer what was seen on ${date}:\n${JSON.stringify(expected, null, 2)}`);
  process.exit(1);
}
