import { afterAll, beforeAll } from '@jest/globals';
import { startWorld, type TestWorld } from './gateway.js';
import type { SubgraphDefinition } from './subgraph.js';

export const LINK =
  'extend schema @link(url: "https://specs.apollo.dev/federation/v2.7", import: ["@key", "@shareable", "@external", "@requires", "@override", "@interfaceObject"])\n';

/** A suite over one supergraph, whose subgraphs need no @link of their own; `world()` is there once it runs. */
export function over(subgraphs: readonly SubgraphDefinition[]): () => TestWorld {
  let world: TestWorld;
  beforeAll(async () => {
    world = await startWorld(subgraphs.map((one) => ({ ...one, typeDefs: LINK + one.typeDefs })));
  });
  afterAll(() => world.stop());
  return () => world;
}

/** A representation or row of a subgraph's data. */
export type Row = Record<string, never>;
/** A reference resolver for entities that have all they need in their representation. */
export const asIs = (reference: object): object => reference;
