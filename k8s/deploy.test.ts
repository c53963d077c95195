import { spawn } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { findKubectl } from './testing/kubectl.js';
import { root } from './testing/manifests.js';

const DIGEST = `sha256:${'a'.repeat(64)}`;

/** Stands in for a cluster: builds overlays with the real kubectl, and notes what else it was asked. */
const FAKE = `#!/bin/sh
case "$1" in kustomize) exec "$REAL_KUBECTL" "$@" ;; esac
echo "$@" >>"$NOTES"
case "$*" in *apply*) cat >"$NOTES.now"; cat "$NOTES.now" >>"$NOTES.applied"; sed -n 's/^kind: /  applied /p;s/^  name: /    /p;/^data:/,$s/.*from the cluster.*/      from the cluster/p' "$NOTES.now" >>"$NOTES" ;; esac
case "$*" in *"get configmap supergraph"*) [ -z "$SUPERGRAPH" ] || echo "$SUPERGRAPH" ;; esac
case "$*" in *"$FAIL_ON"*) [ -n "$FAIL_ON" ] && exit 1 ;; esac
exit 0
`;

/** What the cluster has before the deployment. */
const CLUSTERS = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'supergraph', labels: { a: 'b' }, uid: '1', resourceVersion: '7' },
  data: { 'supergraph.graphql': '# from the cluster' },
};

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

  async function deploy(args: string[], { failOn = '', supergraph = '' } = {}) {
    const { port } = server.address() as { port: number };
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
          REAL_KUBECTL: findKubectl(),
          NOTES: join(folder, 'notes'),
          FAIL_ON: failOn,
          SUPERGRAPH: supergraph,
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
  });

  /** What a deployment of orders did, in order: its calls, and what each `apply` held. */
  const inOrder = (asked: string[], ...what: string[]) =>
    what.map((each) => asked.findIndex((line) => line.includes(each)));

  it('that fails its smoke test goes back, and puts the supergraph back that was there', async () => {
    isHealthy = false;
    const { code, output, asked } = await deploy([`orders=ghcr.io/cartograph/orders@${DIGEST}`], {
      supergraph: JSON.stringify(CLUSTERS),
    });
    expect(code).toBe(1);
    expect(output).toContain('The smoke test failed');
    const places = inOrder(
      asked,
      '    supergraph',
      '      from the cluster',
      'rollout undo deployment/orders',
    );
    expect(places).toEqual([...places].sort((one, other) => one - other));
    expect(places).not.toContain(-1);
  });

  it('brings the supergraph last, so that subgraphs can answer what it promises', async () => {
    const supergraph = JSON.stringify(CLUSTERS);
    const image = `orders=ghcr.io/cartograph/orders@${DIGEST}`;
    const last = await deploy([image], { supergraph });
    const [rolledOut, given] = inOrder(last.asked, 'rollout status', '    supergraph');
    expect(rolledOut).toBeGreaterThan(0);
    expect(given).toBeGreaterThan(rolledOut!);

    rmSync(join(folder, 'notes'));
    const first = await deploy(['--supergraph-first', image], { supergraph });
    const [givenFirst, migrated] = inOrder(first.asked, '    supergraph', 'delete job');
    expect(givenFirst).toBeGreaterThan(0);
    expect(givenFirst).toBeLessThan(migrated!);
  });

  it('without a place to try it is refused', async () => {
    const { code, output } = await deploy(['--smoke', '', `orders=ghcr.io/cartograph/orders@${DIGEST}`]);
    expect(code).toBe(1);
    expect(output).toContain('Expected --smoke');
  });

  it('whose migration fails never rolls out', async () => {
    const { code, asked } = await deploy([`orders=ghcr.io/cartograph/orders@${DIGEST}`], {
      failOn: 'job/orders-migration',
    });
    expect(code).toBe(1);
    expect(asked.join('\n')).not.toContain('rollout');
  });

  it('of a tag instead of a digest is refused', async () => {
    const { code, output } = await deploy(['orders=ghcr.io/cartograph/orders:latest']);
    expect(code).toBe(1);
    expect(output).toContain('Expected service=image@sha256');
  });
});
