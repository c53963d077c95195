import { describeComparison } from './support/oracle/compare.js';

const DAY_MS = 24 * 60 * 60 * 1000;

// Other supergraphs each day, so that CI goes on looking. A failure names its seed: ORACLE_SEED=… npm test -- gateway/tests/oracle.test
describeComparison({ graphs: 10, operations: 30, firstSeed: Math.floor(Date.now() / DAY_MS) * 100 });
