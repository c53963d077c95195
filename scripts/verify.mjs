// `npm run verify`: am I done? Runs the same steps as CI, with one line each and the output of failed ones.
// `-- --skip-tests` leaves out the tests; `-- --against REF` is what the API is compared with.
import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const { values: options } = parseArgs({
  options: { 'skip-tests': { type: 'boolean', default: false }, against: { type: 'string' } },
});
const script = (name, ...args) => [process.execPath, join(root, 'scripts', `${name}.mjs`), ...args];
const npm = (name) => ['npm', 'run', '--silent', name];

/** The steps of a stage only read files, so they run side by side; `imports` also draws docs/imports.md. */
const stages = [
  [['generated types', script('codegen')]],
  [
    [
      'composed schemas',
      script('compose', '--check', ...(options.against ? ['--against', options.against] : [])),
    ],
    ['types', npm('typecheck')],
    ['lint', npm('lint')],
    ['imports', script('imports')],
    [
      'format',
      [process.execPath, join(root, 'node_modules', 'prettier', 'bin', 'prettier.cjs'), '--check', '.'],
    ],
  ],
  options['skip-tests'] ? [] : [['tests', script('test')]],
];

const failed = [];
for (const stage of stages)
  await Promise.all(
    stage.map(async ([name, command]) => {
      const began = performance.now();
      const { code, output } = await run(command);
      const seconds = ((performance.now() - began) / 1000).toFixed(1);
      console.log(`${code === 0 ? '✓' : '✗'} ${name.padEnd(18)} ${seconds.padStart(6)} s`);
      if (code === 0) return;
      failed.push(name);
      console.log(output.trimEnd().replaceAll(/^/gm, '    '));
    }),
  );
if (failed.length > 0) {
  console.error(`Failed: ${failed.join(', ')}.`);
  process.exit(1);
}

function run([command, ...args]) {
  const child = spawn(command, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
  return new Promise((resolve) => {
    child.once('error', (error) => resolve({ code: 1, output: error.message }));
    child.once('close', (code) => resolve({ code: code ?? 1, output }));
  });
}
