import { afterAll, describe, expect, it } from '@jest/globals';
import { startDifferential } from './support/differential.js';
import { Random } from './support/random.js';
import { randomGraph } from './support/random-graph.js';
import { randomOperation } from './support/random-operation.js';

/** DIFFERENTIAL_GRAPHS=100 DIFFERENTIAL_OPERATIONS=50 for a long run. */
const graphs = Number(process.env['DIFFERENTIAL_GRAPHS'] ?? 6);
const operations = Number(process.env['DIFFERENTIAL_OPERATIONS'] ?? 8);
const firstSeed = Number(process.env['DIFFERENTIAL_SEED'] ?? 1);

/** What may be wrong in the data: nothing; nulls; nulls and errors. */
const PHASES = [
  { nulls: 0, errors: 0 },
  { nulls: 0.15, errors: 0 },
  { nulls: 0.1, errors: 0.08 },
];

describe('our executor beside that of Apollo', () => {
  let compared = 0;
  let bytes = 0;
  // A comparison of nothing with nothing proves little.
  afterAll(() => {
    expect(compared).toBeGreaterThan(graphs * operations * PHASES.length * 0.5);
    expect(bytes).toBeGreaterThan(compared * 500);
  });

  it.each(Array.from({ length: graphs }, (_, index) => firstSeed + index))(
    'gives the same data, byte for byte, for made-up operations on the made-up supergraph %i, whatever is null or fails in it',
    async (seed) => {
      // The data look here each time they are asked for.
      const chances = { nulls: 0, errors: 0 };
      const both = await startDifferential(randomGraph(seed, chances));
      for (const phase of PHASES) {
        Object.assign(chances, phase);
        const random = new Random(seed * 7919);
        for (let count = 0; count < operations; count++) {
          const operation = randomOperation(both.apiSchema, random);
          if (!both.isValid(operation.query)) continue;
          const [ours, theirs] = await Promise.all([both.ours(operation), both.theirs(operation)]);
          const difference = { seed, ...phase, ...operation, data: ours.data };
          expect(difference).toEqual({ ...difference, data: theirs.data });
          // Theirs says nothing when a null bubbles up without an error of a subgraph; ours does.
          if (phase.errors === 0 && phase.nulls === 0)
            expect({ ...difference, errors: theirs.hasErrors }).toEqual({ ...difference, errors: false });
          if (theirs.hasErrors)
            expect({ ...difference, hasErrors: ours.hasErrors }).toEqual({ ...difference, hasErrors: true });
          compared++;
          bytes += ours.data.length;
        }
      }
      await both.stop();
    },
    120_000,
  );
});
