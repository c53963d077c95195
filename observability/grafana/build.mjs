// Writes the dashboards: `node observability/grafana/build.mjs`. What they show stands in source/; `--check` only compares. A test holds every
// metric and label that is named there to what the services really export.
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import prettier from 'prettier';
import { toGrafana } from './grafana.mjs';
import { events } from './source/events.mjs';
import { gateway } from './source/gateway.mjs';
import { orders } from './source/orders.mjs';
import { overview } from './source/overview.mjs';
import { stores } from './source/stores.mjs';

const folder = join(dirname(fileURLToPath(import.meta.url)), 'dashboards');
let isStale = false;
for (const dashboard of [overview, gateway, orders, events, stores]) {
  const file = join(folder, `${dashboard.uid}.json`);
  const options = await prettier.resolveConfig(file);
  const text = await prettier.format(JSON.stringify(toGrafana(dashboard)), { ...options, parser: 'json' });
  let current = '';
  try {
    current = readFileSync(file, 'utf8');
  } catch {
    // Not written yet.
  }
  if (current === text) continue;
  if (process.argv.includes('--check')) {
    isStale = true;
    console.error(`${file} is not what node observability/grafana/build.mjs writes`);
  } else writeFileSync(file, text);
}
process.exitCode = isStale ? 1 : 0;
