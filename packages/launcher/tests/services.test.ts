import { describe, expect, it } from '@jest/globals';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { declaredServices } from '../src/stack.js';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const subgraphs = declaredServices.filter(({ isSubgraph }) => isSubgraph);

describe('the declared services', () => {
  it('should be the gateway and every folder of a subgraph', () => {
    const folders = readdirSync(join(root, 'subgraphs')).filter((name) =>
      existsSync(join(root, 'subgraphs', name, 'schema.graphql')),
    );
    expect(subgraphs.map(({ name }) => name).sort()).toEqual(folders.sort());
    expect(declaredServices.filter(({ isSubgraph }) => !isSubgraph).map(({ name }) => name)).toEqual([
      'gateway',
    ]);
  });

  it('should have the ports that rover composes them from', () => {
    const text = readFileSync(join(root, 'schema', 'supergraph.yaml'), 'utf8');
    const addresses = [
      ...text.matchAll(/^ {2}(\w+):\n {4}routing_url: http:\/\/localhost:(\d+)\/graphql$/gm),
    ];
    expect(Object.fromEntries(addresses.map(([, name, port]) => [name, Number(port)]))).toEqual(
      Object.fromEntries(subgraphs.map(({ name, portOffset }) => [name, 4000 + portOffset])),
    );
  });

  it('should have different ports and databases', () => {
    const ports = declaredServices.map(({ portOffset }) => portOffset);
    expect(new Set(ports).size).toBe(ports.length);
    const databases = declaredServices.flatMap(({ stores }) =>
      Object.values(stores).flatMap((need) => (need.engine === 'redis' ? [] : [need.database])),
    );
    expect(new Set(databases).size).toBe(databases.length);
  });
});
