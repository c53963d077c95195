// `npm run proof:oracle`: the long form of the gateway's oracle, 1,000 supergraphs with 50 operations each. Every answer is
// compared with that of one schema that is not federated. ORACLE_GRAPHS, ORACLE_OPERATIONS and ORACLE_SEED change the size.
process.env.ORACLE_GRAPHS ??= '1000';
process.env.ORACLE_OPERATIONS ??= '50';
process.argv.push('gateway/tests/oracle.test');
await import('../test.mjs');
