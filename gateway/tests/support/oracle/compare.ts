import { afterAll, describe, expect, it } from '@jest/globals';
import { Random } from '../random.js';
import { madeOperation } from './made-operation.js';
import { isEqual, type Oracle, shrink, startOracle } from './oracle.js';

export interface ComparedSize {
  readonly graphs: number;
  readonly operations: number;
  /** The first graph's; the others' follow it. */
  readonly firstSeed: number;
}

/** Declares one test for each made-up supergraph. */
export function describeComparison({ graphs, operations, firstSeed }: ComparedSize): void {
  describe('the gateway beside one schema that is not federated', () => {
    let asked = 0;
    let differing = 0;
    afterAll(() => {
      process.stdout.write(`The oracle asked ${asked} operations; ${differing} answers differed.\n`);
      // A comparison of nothing with nothing proves little.
      expect(asked).toBeGreaterThan(graphs * operations * 0.8);
    });

    it.each(Array.from({ length: graphs }, (_, index) => firstSeed + index))(
      'gives the same data and errors at the same places on the made-up supergraph %i',
      async (seed) => {
        const oracle = await startOracle(seed);
        const failures: string[] = [];
        const random = new Random(seed * 7919);
        try {
          for (let count = 0; count < operations; count++) {
            const operation = validOperation(oracle, random);
            if (!operation) continue;
            asked++;
            const { ours, right } = await oracle.ask(operation);
            if (isEqual(ours, right)) continue;
            differing++;
            if (failures.length === 0) failures.push(await explain(oracle, operation, seed));
          }
        } finally {
          await oracle.stop();
        }
        expect(failures.join('\n')).toBe('');
      },
      600_000,
    );
  });
}

function validOperation(oracle: Oracle, random: Random): ReturnType<typeof madeOperation> | undefined {
  for (let attempt = 0; attempt < 30; attempt++) {
    const operation = madeOperation(oracle.schema, random);
    if (oracle.isValid(operation.query)) return operation;
  }
  return undefined;
}

/** The smallest operation that still differs, with all that is needed to see it again. */
async function explain(
  oracle: Oracle,
  operation: ReturnType<typeof madeOperation>,
  seed: number,
): Promise<string> {
  const small = await shrink(oracle, operation);
  const { ours, right } = await oracle.ask(small);
  const subgraphs = oracle.graph.subgraphs.map(({ name, typeDefs }) => `# ${name}\n${typeDefs}`);
  return [
    `seed ${seed}`,
    ...subgraphs,
    small.query,
    JSON.stringify(small.variables),
    `ours:  ${ours.data} ${ours.messages.join('; ')}`,
    `right: ${right.data} ${right.messages.join('; ')}`,
  ].join('\n');
}
