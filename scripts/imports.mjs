// Checks which file imports which in gateway, subgraphs and packages, by scripts/imports/layers.mjs, and draws the layers
// in docs/imports.md. `npm run verify` runs it.
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cruise } from 'dependency-cruiser';
import extractTSConfig from 'dependency-cruiser/config-utl/extract-ts-config';
import { draw } from './imports/draw.mjs';
import { RULES } from './imports/layers.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
process.chdir(root);

const folders = [
  'gateway/src',
  ...['packages', 'subgraphs'].flatMap((parent) =>
    readdirSync(parent)
      .map((name) => `${parent}/${name}/src`)
      .filter((folder) => existsSync(folder)),
  ),
];
const { output } = await cruise(
  folders,
  {
    ruleSet: { forbidden: RULES },
    validate: true,
    // Types count: a layer that needs a type of another depends on it.
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    exclude: { path: ['[.]test[.]ts$', '/generated/', '/dist/'] },
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['source', 'import', 'node'] },
  },
  undefined,
  { tsConfig: extractTSConfig('tsconfig.json') },
);

const file = 'docs/imports.md';
const drawn = draw(output.modules);
if (!existsSync(file) || readFileSync(file, 'utf8') !== drawn) writeFileSync(file, drawn);

const { violations, totalCruised, totalDependenciesCruised } = output.summary;
for (const { rule, from, to, cycle } of violations) {
  const way = cycle ? [from, ...cycle.map(({ name }) => name)].join(' → ') : `${from} → ${to}`;
  const { comment } = RULES.find(({ name }) => name === rule.name);
  console.error(`${rule.name}: ${way}\n    ${comment}`);
}
console.log(
  `${totalCruised} files, ${totalDependenciesCruised} imports, ${violations.length} that no layer allows.`,
);
process.exit(violations.length > 0 ? 1 : 0);
