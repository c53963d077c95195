/** The subgraph that owns the streams: it knows a tick's product by its key only. */
export const TICKS = `
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])
  type Query { ok: Boolean }
  type Tick { channel: Int! sentAt: Float! product: Product! }
  type Product @key(fields: "upc", resolvable: false) { upc: String! }
  type Subscription { ticks(channel: Int!): Tick! }
`;

/** The subgraph that is joined at each event. */
export const PRODUCTS = `
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])
  type Query { products: [Product!]! }
  type Product @key(fields: "upc") { upc: String! name: String }
`;

/** The same for clients of the bare server, which has no federation. */
export const BARE = `
  type Query { ok: Boolean }
  type Tick { channel: Int! sentAt: Float! product: Product! }
  type Product { upc: String! name: String }
  type Subscription { ticks(channel: Int!): Tick! }
`;

export const OPERATIONS = {
  plain: 'subscription ($channel: Int!) { ticks(channel: $channel) { channel sentAt } }',
  joined:
    'subscription ($channel: Int!) { ticks(channel: $channel) { channel sentAt product { upc name } } }',
};

export const upcOf = (channel) => String(channel % 100);
export const nameOf = (upc) => `Product ${upc}`;

/** What an event must be, save for the time it was sent. */
export function expectedTick(operation, channel) {
  const upc = upcOf(channel);
  return operation === 'plain' ? { channel } : { channel, product: { upc, name: nameOf(upc) } };
}
