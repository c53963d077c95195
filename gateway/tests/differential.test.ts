import { describe, expect, it } from '@jest/globals';
import { startDifferential } from './support/differential.js';
import { Random } from './support/random.js';
import { randomGraph } from './support/random-graph.js';
import { randomOperation } from './support/random-operation.js';

/** DIFFERENTIAL_GRAPHS=200 DIFFERENTIAL_OPERATIONS=200 for a long run. */
const graphs = Number(process.env['DIFFERENTIAL_GRAPHS'] ?? 6);
const operations = Number(process.env['DIFFERENTIAL_OPERATIONS'] ?? 8);
const firstSeed = Number(process.env['DIFFERENTIAL_SEED'] ?? 1);

describe('our executor beside that of Apollo', () => {
  it.each([
    ['where all goes well', { nulls: 0, errors: 0 }],
    ['with nulls', { nulls: 0.15, errors: 0 }],
    ['with nulls and errors', { nulls: 0.1, errors: 0.08 }],
  ])(
    'gives the same data, byte for byte, for made-up operations on made-up supergraphs, %s',
    async (_name, chances) => {
      let compared = 0;
      let bytes = 0;
      for (let seed = firstSeed; seed < firstSeed + graphs; seed++) {
        const both = await startDifferential(randomGraph(seed, chances));
        const random = new Random(seed * 7919);
        for (let count = 0; count < operations; count++) {
          const operation = randomOperation(both.apiSchema, random);
          if (!both.isValid(operation.query)) continue;
          const [ours, theirs] = await Promise.all([both.ours(operation), both.theirs(operation)]);
          const difference = { seed, ...operation, data: ours.data };
          expect(difference).toEqual({ ...difference, data: theirs.data });
          // Theirs says nothing when a null bubbles up without an error of a subgraph; ours does.
          if (chances.errors === 0 && chances.nulls === 0)
            expect({ ...difference, errors: theirs.hasErrors }).toEqual({ ...difference, errors: false });
          if (theirs.hasErrors)
            expect({ ...difference, hasErrors: ours.hasErrors }).toEqual({ ...difference, hasErrors: true });
          compared++;
          bytes += ours.data.length;
        }
        await both.stop();
      }
      // A comparison of nothing with nothing proves little.
      expect(bytes).toBeGreaterThan(compared * 500);
      expect(compared).toBeGreaterThan(graphs * operations * 0.5);
    },
    600_000,
  );
});
