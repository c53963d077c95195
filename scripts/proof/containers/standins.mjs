// Stand-ins for the images of a registry, under the same names (scripts/proof/containers/standin).
import { execFileSync } from 'node:child_process';
import { cpSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { findMirror, RELEASE } from './engine.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..');

/** Stages of the stand-ins' Dockerfile, and the images that docker-compose.yml and the Dockerfile use. */
export const STANDINS = {
  node: 'node:24-alpine',
  postgres: 'postgres:18-alpine',
  redis: 'redis:8-alpine',
  rabbitmq: 'rabbitmq:4-management-alpine',
  mongo: 'mongo:8',
  mailpit: 'axllent/mailpit:v1.27',
  prometheus: 'prom/prometheus:v3.5.0',
  'postgres-exporter': 'quay.io/prometheuscommunity/postgres-exporter:v0.17.1',
  'redis-exporter': 'oliver006/redis_exporter:v1.75.0-alpine',
};

export async function makeStandins({ run, docker }, work, say) {
  if (docker('images', '--quiet', 'cartograph-standin/debian') === '') {
    const rootfs = join(work, 'rootfs');
    rmSync(rootfs, { recursive: true, force: true });
    const scripts = '/usr/share/debootstrap/scripts';
    // An older debootstrap does not know newer releases by name; all of them are set up like sid.
    const script = readdirSync(scripts).includes(RELEASE) ? RELEASE : 'sid';
    execFileSync(
      'debootstrap',
      [
        '--variant=minbase',
        '--include=ca-certificates',
        RELEASE,
        rootfs,
        findMirror(),
        join(scripts, script),
      ],
      { stdio: 'ignore' },
    );
    run('sh', ['-c', `tar -C '${rootfs}' -c . | docker import - cartograph-standin/debian`]);
    rmSync(rootfs, { recursive: true, force: true });
    say(`a file system of Debian ${RELEASE}, made with debootstrap`);
  }
  const context = join(work, 'standin');
  rmSync(context, { recursive: true, force: true });
  cpSync(join(root, 'scripts', 'proof', 'containers', 'standin'), context, { recursive: true });
  const npm = execFileSync('npm', ['root', '--global'], { encoding: 'utf8' }).trim();
  cpSync(join(npm, 'npm'), join(context, 'npm'), { recursive: true });
  takeOverNpmSettings(context);
  for (const [from, to] of [
    ['packages/document-store/src/main.ts', 'store.mjs'],
    ['scripts/proof/containers/standin/mongo-archive.mjs', 'mongo-archive.mjs'],
    ['scripts/proof/containers/standin/mongosh.mjs', 'mongosh.mjs'],
  ])
    await bundle(join(root, from), join(context, to));
  for (const [target, tag] of Object.entries(STANDINS))
    docker('build', '--quiet', '--target', target, '--tag', tag, context);
  say(`stand-ins of Debian's packages: ${Object.values(STANDINS).join(', ')}`);
}

/** Builds in containers use this machine's npm settings; none of them get into the repository. */
function takeOverNpmSettings(context) {
  const certificates = '/etc/ssl/certs/ca-certificates.crt';
  cpSync(certificates, join(context, 'ca-certificates.crt'), { dereference: true });
  const registry = execFileSync('npm', ['config', 'get', 'registry'], { encoding: 'utf8' }).trim();
  // npm reads the settings beside its own code last.
  writeFileSync(join(context, 'npm', 'npmrc'), `registry=${registry}\n`);
}

function bundle(from, to) {
  return build({
    entryPoints: [from],
    outfile: to,
    allowOverwrite: true,
    bundle: true,
    platform: 'node',
    format: 'esm',
    nodePaths: [join(root, 'node_modules')],
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
    },
    logLevel: 'error',
  });
}
