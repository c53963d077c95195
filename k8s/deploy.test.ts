import { spawn } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { root } from './testing/manifests.js';

const DIGEST = `sha256:${'a'.repeat(64)}`;

/** Stands in for a cluster: builds overlays with the real kubectl, and notes what else it was asked. */
const FAKE = `#!/bin/sh
case "$1" in kustomize) exec "$REAL_KUBECTL" "$@" ;; esac
echo "$@" >>"$NOTES"
case "$*" in *apply*) cat >>"$NOTES.applied" ;; esac
case "$*" in *"$FAIL_ON"*) [ -n "$FAIL_ON" ] && exit 1 ;; esac
exit 0
`;

describe('a deployment', () => {
  let folder: string;
  let server: Server;
  let isHealthy: boolean;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'cartograph-deploy-'));
    isHealthy = true;
    for (const part of ['k8s', 'schema', 'scripts'])
      cpSync(join(root, part), join(folder, part), { recursive: true });
    cpSync(join(root, 'node_modules', 'yaml'), join(folder, 'node_modules', 'yaml'), { recursive: true });
    writeFileSync(join(folder, 'kubectl'), FAKE);
    chmodSync(join(folder, 'kubectl'), 0o755);
    server = createServer((_request, response) =>
      response.end(JSON.stringify(isHealthy ? { data: {} } : { errors: [{ message: 'no' }] })),
    );
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });

  afterEach(async () => {
    await new Promise((resolve) => server.close(resolve));
    rmSync(folder, { recursive: true, force: true });
  });

  async function deploy(args: string[], failOn = '') {
    const { port } = server.address() as { port: number };
    const real = (process.env['PATH'] ?? '')
      .split(':')
      .map((each) => join(each, 'kubectl'))
      .find(existsSync);
    if (!real)
      throw new Error('kubectl is needed and is not on the PATH: https://kubernetes.io/docs/tasks/tools/');
    const child = spawn(
      process.execPath,
      [
        join(folder, 'scripts', 'deploy.mjs'),
        '--overlay',
        'local',
        '--smoke',
        `http://127.0.0.1:${port}`,
        ...args,
      ],
      {
        env: {
          ...process.env,
          PATH: `${folder}:${process.env['PATH']}`,
          REAL_KUBECTL: real,
          NOTES: join(folder, 'notes'),
          FAIL_ON: failOn,
        },
      },
    );
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk) => (output += String(chunk)));
    const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
    const read = (name: string) =>
      existsSync(join(folder, name)) ? readFileSync(join(folder, name), 'utf8') : '';
    return { code, output, asked: read('notes').trim().split('\n'), applied: read('notes.applied') };
  }

  it('of one service migrates it, rolls it out, and leaves the others alone', async () => {
    const { code, asked, applied } = await deploy([`orders=ghcr.io/cartograph/orders@${DIGEST}`]);
    expect(code).toBe(0);
    const order = [
      'delete job orders-migration',
      'job/orders-migration',
      'rollout status deployment/orders-service',
    ];
    const places = order.map((what) => asked.findIndex((line) => line.includes(what)));
    expect(places).toEqual([...places].sort((a, b) => a - b));
    expect(places).not.toContain(-1);
    expect(applied).toContain(`ghcr.io/cartograph/orders@${DIGEST}`);
    expect(applied).not.toContain('ghcr.io/cartograph/payments');
    expect(asked.join('\n')).not.toContain('undo');
  }, 30_000);

  it('that fails its smoke test goes back', async () => {
    isHealthy = false;
    const { code, output, asked } = await deploy([`orders=ghcr.io/cartograph/orders@${DIGEST}`]);
    expect(code).toBe(1);
    expect(output).toContain('The smoke test failed');
    expect(asked.join('\n')).toContain('rollout undo deployment/orders-service');
  }, 60_000);

  it('whose migration fails never rolls out', async () => {
    const { code, asked } = await deploy(
      [`orders=ghcr.io/cartograph/orders@${DIGEST}`],
      'job/orders-migration',
    );
    expect(code).toBe(1);
    expect(asked.join('\n')).not.toContain('rollout');
  }, 30_000);

  it('of a tag instead of a digest is refused', async () => {
    const { code, output } = await deploy(['orders=ghcr.io/cartograph/orders:latest']);
    expect(code).toBe(1);
    expect(output).toContain('Expected service=image@sha256');
  });
});
