import { describeComparison } from './support/oracle/compare.js';

// `npm run proof:oracle` sets these for its long form.
describeComparison({
  graphs: Number(process.env['ORACLE_GRAPHS'] ?? 20),
  operations: Number(process.env['ORACLE_OPERATIONS'] ?? 20),
  firstSeed: Number(process.env['ORACLE_SEED'] ?? 1),
});
