export const TYPE_DEFS = `
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])
  type Query { ok: Boolean }
  type Tick { channel: Int! sentAt: Float! }
  type Subscription { ticks(channel: Int!): Tick! }
`;
