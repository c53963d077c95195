import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * A clone of the commit, set up as docs/operating.md describes. If it is not to be fresh, it keeps its `.env`, because the stores
 * in its volumes have those passwords.
 */
export function cloneHead(root, checkout, { isFresh, settings: { port, mailPort } }) {
  const git = (...args) => execFileSync('git', args, { cwd: checkout, encoding: 'utf8' }).trim();
  if (isFresh || !existsSync(join(checkout, '.env'))) {
    rmSync(checkout, { recursive: true, force: true });
    execFileSync('git', ['clone', '--quiet', '--depth', '1', `file://${root}`, checkout]);
    execFileSync('scripts/make-env.sh', { cwd: checkout, stdio: 'ignore' });
    change(join(checkout, '.env'), {
      NODE_ENV: 'development',
      SAMPLE_DATA: 'true',
      GATEWAY_PORT: port,
      MAILPIT_PORT: mailPort,
      STOREFRONT_URL: `http://127.0.0.1:${port}`,
    });
  } else {
    git('fetch', '--quiet', '--depth', '1', `file://${root}`, 'HEAD');
    git('reset', '--quiet', '--hard', 'FETCH_HEAD');
  }
  return {
    checkout,
    revision: git('rev-parse', 'HEAD'),
    time: git('log', '-1', '--format=%ct'),
    env: Object.fromEntries(
      [...readFileSync(join(checkout, '.env'), 'utf8').matchAll(/^(\w+)=(.*)$/gm)].map(([, name, value]) => [
        name,
        value,
      ]),
    ),
  };
}

function change(file, settings) {
  const kept = readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => !(line.split('=')[0] in settings));
  writeFileSync(file, [...kept, ...Object.entries(settings).map((pair) => pair.join('='))].join('\n'));
}
