import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { hasProgram } from '@cartograph/testing';
import { parse } from 'yaml';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const text = read('docker-compose.yml');
const example = read('.env.example');

const itWithShellcheck = hasProgram('shellcheck', 'apt-get install shellcheck', 'Checks of shell scripts')
  ? it
  : it.skip;

interface Service {
  readonly image: string;
  readonly build?: unknown;
  readonly command?: readonly string[];
  readonly ports?: readonly string[];
  readonly networks: readonly string[];
  readonly [setting: string]: unknown;
}
const { services } = parse(text, { merge: true }) as { services: Record<string, Service> };

/** `${NAME}`, `${NAME:-default}` and `${NAME:?message}` of docker-compose.yml. */
const used = [...text.matchAll(/\$\{(\w+)(?::([-?])([^}]*))?\}/g)].map(([, name, kind, rest]) => ({
  name: name!,
  fallback: kind === '-' ? rest! : undefined,
  isDemanded: kind === '?',
}));
/** `NAME=value` and `# NAME=value` of .env.example. */
const offered = new Map(
  [...example.matchAll(/^(# )?([A-Z_]+)=(.*)$/gm)].map(([, off, name, value]) => [
    name!,
    { value: value!, isOff: Boolean(off) },
  ]),
);
const secrets = [...offered.keys()].filter((name) => /_(PASSWORD|SECRET)$/.test(name));

describe('docker-compose.yml', () => {
  it('uses exactly the variables of .env.example', () => {
    // Compose reads this one itself.
    const own = ['COMPOSE_PROJECT_NAME'];
    expect([...new Set([...used.map(({ name }) => name), ...own])].sort()).toEqual(
      [...offered.keys()].sort(),
    );
  });

  it('has the defaults that .env.example shows', () => {
    const wrong = used.filter(({ name, fallback }) => {
      const { value, isOff } = offered.get(name)!;
      // A suggestion: without it no traces are sent.
      if (name === 'OTEL_EXPORTER_OTLP_ENDPOINT') return fallback !== '' || !isOff;
      // A suggestion too: without it there is no first administrator, and operational e-mails go to an example address.
      if (name === 'ADMIN_EMAIL') return !isOff;
      return fallback !== undefined && fallback !== value;
    });
    expect(wrong).toEqual([]);
  });

  it('has no default for a secret, and does not start without it', () => {
    expect(secrets.length).toBeGreaterThan(6);
    for (const name of secrets) {
      const uses = used.filter((each) => each.name === name);
      expect([name, uses.some(({ isDemanded }) => isDemanded)]).toEqual([name, true]);
      expect([name, uses.find(({ fallback }) => fallback !== undefined)]).toEqual([name, undefined]);
      expect(offered.get(name)).toEqual({ value: '', isOff: false });
    }
  });

  it('confines each of our services, and limits everything', () => {
    for (const [name, service] of Object.entries(services)) {
      expect([name, service['mem_limit']]).toEqual([name, expect.stringMatching(/^\d+[mg]$/)]);
      expect([name, service.image]).toEqual([name, expect.not.stringMatching(/:latest$|^[^:]+$/)]);
      if (service.image.startsWith('cartograph/'))
        expect(service).toMatchObject({
          read_only: true,
          cap_drop: ['ALL'],
          security_opt: ['no-new-privileges:true'],
          cpus: expect.any(Number),
        });
    }
  });

  it('has stores that accept all connections of the pools, and refuse writes before the kernel kills them', () => {
    expect(services['postgres']!.command).toContain('max_connections=300');
    const { command, mem_limit: limit } = services['redis']!;
    const most = command![command!.indexOf('--maxmemory') + 1]!;
    expect(most).toMatch(/^\d+mb$/);
    expect(parseInt(most)).toBeLessThan(parseInt(limit as string));
  });

  it('checks health with programs that start at once and leave no orphan to process 1', () => {
    const checks = Object.entries(services).flatMap(([name, { healthcheck }]) => {
      const { test = [] } = (healthcheck ?? {}) as { test?: string[] };
      return test.length > 0 ? [[name, ...test.slice(0, 2)]] : [];
    });
    expect(checks).toEqual([
      ['postgres', 'CMD', 'pg_isready'],
      ['mongodb', 'CMD', 'bash'],
      ['redis', 'CMD', 'redis-cli'],
      ['rabbitmq', 'CMD', 'bash'],
    ]);
    expect(read('Dockerfile')).toMatch(/^HEALTHCHECK .*\\\n +CMD exec wget .*\$PORT\/readyz"$/m);
    // Compose 1, which Debian 12 has, and engines before 25 refuse these.
    expect(text + read('Dockerfile')).not.toMatch(/start_interval:|HEALTHCHECK.*--start-interval/);
  });

  it('publishes the gateway, keeps staff pages to this machine, and does not expose stores', () => {
    const open = Object.entries(services).flatMap(([name, { ports = [] }]) =>
      ports.map((port) => [name, port]),
    );
    expect(open).toEqual([
      ['gateway', '${GATEWAY_PORT:-4000}:4000'],
      ['mailpit', '127.0.0.1:${MAILPIT_PORT:-8025}:8025'],
      ['grafana', '127.0.0.1:${GRAFANA_PORT:-3000}:3000'],
      ['jaeger', '127.0.0.1:${JAEGER_PORT:-16686}:16686'],
    ]);
    for (const store of ['postgres', 'mongodb', 'redis', 'rabbitmq'])
      expect(services[store]!.networks).toEqual(['stores']);
  });
});

describe('scripts/', () => {
  it('make-env.sh writes a different secret for each variable, readable by the owner only, and never overwrites', () => {
    const folder = mkdtempSync(join(tmpdir(), 'cartograph-env-'));
    try {
      mkdirSync(join(folder, 'scripts'));
      for (const path of ['.env.example', 'scripts/make-env.sh'])
        cpSync(join(root, path), join(folder, path));
      const run = () => spawnSync(join(folder, 'scripts', 'make-env.sh'), { encoding: 'utf8' });
      expect(run()).toMatchObject({ status: 0, stderr: '' });
      const made = readFileSync(join(folder, '.env'), 'utf8');
      const values = secrets.map((name) => new RegExp(`^${name}=([0-9a-f]{48})$`, 'm').exec(made)?.[1]);
      expect(values).not.toContain(undefined);
      expect(new Set(values).size).toBe(secrets.length);
      expect(made.replaceAll(/(?<=(PASSWORD|SECRET)=)[0-9a-f]+/g, '')).toBe(example);
      expect(run()).toMatchObject({ status: 1, stderr: expect.stringContaining('.env already exists') });
      expect(readFileSync(join(folder, '.env'), 'utf8')).toBe(made);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('has no shell script that continues after a failure', () => {
    const scripts = readdirSync(join(root, 'scripts')).filter((name) => name.endsWith('.sh'));
    expect(scripts.length).toBeGreaterThan(2);
    for (const name of scripts)
      expect(read(`scripts/${name}`)).toMatch(/^#!.*bash\n(#.*\n)+set -euo pipefail\n/);
  });

  itWithShellcheck('has shell scripts that shellcheck finds no fault with', () => {
    const found = spawnSync('git', ['ls-files', '*.sh', '.ci/run'], { cwd: root, encoding: 'utf8' });
    const { stdout, status } = spawnSync('shellcheck', found.stdout.trim().split('\n'), {
      cwd: root,
      encoding: 'utf8',
    });
    expect({ stdout, status }).toEqual({ stdout: '', status: 0 });
  });
});
