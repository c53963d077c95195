import { createLogger, createRegistry, createSubgraphServer, type SubgraphServer } from '@cartograph/kit';

export interface StandInProduct {
  name: string;
  amount: string;
  currency: string;
  isArchived: boolean;
  available: number;
}

/** A stand-in for the products service: answers the same queries by the same protocol over HTTP. */
export interface ProductsStandIn {
  readonly url: string;
  readonly products: Map<string, StandInProduct>;
  /** How many products each request since `requests.length = 0` queried. */
  readonly requests: number[];
  stop(): Promise<void>;
  start(): Promise<void>;
}

const typeDefs = /* GraphQL */ `
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@inaccessible"])
  directive @access(to: [AccessRole!]!) on OBJECT | FIELD_DEFINITION
  enum AccessRole @inaccessible {
    ANYONE
    SERVICE
  }
  type Query {
    ping: Boolean @access(to: [ANYONE])
  }
  type Product @key(fields: "id") @access(to: [SERVICE]) {
    id: ID!
    name: String!
    price: Money!
    isArchived: Boolean!
    availability: Availability!
  }
  type Money {
    amount: String!
    currency: String!
  }
  type Availability {
    quantity: Int!
  }
`;

export async function startProductsStandIn(secret: string): Promise<ProductsStandIn> {
  const products = new Map<string, StandInProduct>();
  const requests: number[] = [];
  let server: SubgraphServer | undefined;
  let port = 0;

  async function start(): Promise<void> {
    server = await createSubgraphServer({
      name: 'products',
      typeDefs,
      resolvers: {
        Product: {
          __resolveReference({ id }: { id: string }, counter: { asked: number[] }) {
            counter.asked[counter.asked.length - 1]! += 1;
            const product = products.get(id);
            return (
              product && {
                id,
                name: product.name,
                price: { amount: product.amount, currency: product.currency },
                isArchived: product.isArchived,
                availability: { quantity: product.available },
              }
            );
          },
        },
      },
      context: (base) => {
        requests.push(0);
        return { ...base, asked: requests };
      },
      readiness: {},
      internalAuthSecret: secret,
      logger: createLogger('products', 'silent'),
      registry: createRegistry('products'),
    });
    const url = await server.http.listen({ host: '127.0.0.1', port });
    port = Number(new URL(url).port);
  }
  await start();
  return {
    url: `http://127.0.0.1:${port}`,
    products,
    requests,
    start,
    async stop() {
      server?.http.server.closeAllConnections();
      await server?.close();
      server = undefined;
    },
  };
}
