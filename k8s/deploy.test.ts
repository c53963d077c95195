import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { stringify } from 'yaml';
import { buildOverlay, root } from './testing/manifests.js';

const IMAGE = `orders=ghcr.io/cartograph/orders@sha256:${'a'.repeat(64)}`;

/** A stand-in for a cluster: it passes on what the real kubectl builds, reports what runs, and records every other request. */
const FAKE = `#!/bin/sh
case "$1" in kustomize) cat "$BUILT"; exit ;; esac
echo "$@" >>"$NOTES"
case "$*" in
  *apply*) cat >"$NOTES.now"; cat "$NOTES.now" >>"$NOTES.applied"; sed -n 's/^kind: /  applied /p;s/^  name: /    /p;/^data:/,$s/.*from the cluster.*/      from the cluster/p' "$NOTES.now" >>"$NOTES" ;;
  *"get configmap supergraph"*) echo "$SUPERGRAPH" ;;
  *"get deployment orders-service"*) echo "$DEPLOYMENT" ;;
  *"get job"*) echo "$JOB" ;;
  *logs*job-name=orders-migration*) echo "relation does not exist" ;;
esac
case "$*" in *"$FAIL_ON"*) [ -n "$FAIL_ON" ] && exit 1 ;; esac
exit 0
`;

/** The cluster's state before the deployment. */
const SUPERGRAPH = JSON.stringify({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'supergraph', labels: { a: 'b' }, uid: '1', resourceVersion: '7' },
  data: { 'supergraph.graphql': '# from the cluster' },
});
const DEPLOYMENT = JSON.stringify({
  metadata: { annotations: { 'deployment.kubernetes.io/revision': '7' } },
});
const jobThat = (type: string) => JSON.stringify({ status: { conditions: [{ type, status: 'True' }] } });

describe('a deployment', () => {
  let folder: string;
  let server: Server;
  let isHealthy: boolean;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'cartograph-deploy-'));
    // Without its longest parts, because each deployment reads and writes all of it.
    const manifests = buildOverlay('local')
      .filter(({ kind, metadata }) => kind !== 'NetworkPolicy' || metadata.name === 'deny-all')
      .map((each) => (each.metadata.name === 'supergraph' ? { ...each, data: {} } : each));
    writeFileSync(join(folder, 'built.yaml'), manifests.map((each) => stringify(each)).join('---\n'));
    writeFileSync(join(folder, 'kubectl'), FAKE, { mode: 0o755 });
    server = createServer((_request, response) =>
      response.end(JSON.stringify(isHealthy ? { data: {} } : { errors: [{ message: 'no' }] })),
    );
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });

  beforeEach(() => {
    isHealthy = true;
    for (const name of ['notes', 'notes.applied']) rmSync(join(folder, name), { force: true });
  });

  afterAll(async () => {
    await new Promise((resolve) => server.close(resolve));
    rmSync(folder, { recursive: true, force: true });
  });

  async function deploy(args: string[], { failOn = '', isFirst = false, job = jobThat('Complete') } = {}) {
    const { port } = server.address() as { port: number };
    const smoke = ['--smoke', `http://127.0.0.1:${port}`, '--smoke-seconds', '0'];
    const child = spawn(
      process.execPath,
      [join(root, 'scripts', 'deploy.mjs'), '--overlay', 'local', ...smoke, ...args],
      {
        env: {
          ...process.env,
          PATH: `${folder}:${process.env['PATH']}`,
          BUILT: join(folder, 'built.yaml'),
          NOTES: join(folder, 'notes'),
          FAIL_ON: failOn,
          SUPERGRAPH: isFirst ? '' : SUPERGRAPH,
          DEPLOYMENT: isFirst ? '' : DEPLOYMENT,
          JOB: job,
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

  /** Expects that a deployment did these things in this order. */
  function expectInOrder(asked: readonly string[], ...what: string[]): void {
    let from = -1;
    for (const each of what) {
      const at = asked.findIndex((line, index) => index > from && line.includes(each));
      expect({ each, isThere: at >= 0, asked }).toMatchObject({ isThere: true });
      from = at;
    }
  }

  const GIVEN = '    supergraph';
  const BACK = '      from the cluster';
  const UNDONE = 'rollout undo deployment/orders-service --to-revision=7';

  it('of one service migrates it, rolls it out, publishes the supergraph last, and does not touch the others', async () => {
    const { code, asked, applied } = await deploy([IMAGE]);
    expect(code).toBe(0);
    expectInOrder(
      asked,
      'delete job orders-migration',
      'get job orders-migration',
      'rollout status deployment/orders-service',
      GIVEN,
    );
    expect(asked.filter((line) => line === GIVEN)).toHaveLength(1);
    expect(applied).toContain(IMAGE.replace('orders=', ''));
    expect(applied).not.toContain('ghcr.io/cartograph/payments');
    expect(asked.join('\n')).not.toContain('undo');
  });

  it('that fails its smoke test restores the previous supergraph, then the previous revision', async () => {
    isHealthy = false;
    const { code, output, asked } = await deploy([IMAGE]);
    expect(code).toBe(1);
    expect(output).toContain('The smoke test failed');
    expect(output).toContain('are what they were');
    expectInOrder(asked, GIVEN, BACK, UNDONE, 'rollout status deployment/orders-service');
  });

  it('that does not roll out is undone, and does not touch the supergraph', async () => {
    const { code, asked } = await deploy([IMAGE], { failOn: 'rollout status' });
    expect(code).toBe(1);
    expectInOrder(asked, 'rollout status', UNDONE);
    expect(asked).not.toContain(GIVEN);
  });

  it('whose migration fails reports why at once, and never rolls out', async () => {
    const { code, output, asked } = await deploy([IMAGE], { job: jobThat('Failed') });
    expect(code).toBe(1);
    expect(output).toContain('relation does not exist');
    expect(output).toContain('job/orders-migration failed');
    expect(asked.join('\n')).not.toContain('rollout');
  });

  it('whose migration does not end in time prints its log so far, and never rolls out', async () => {
    const { code, output, asked } = await deploy(['--rollout-seconds', '0', IMAGE], { job: '{}' });
    expect(code).toBe(1);
    expect(output).toContain('relation does not exist');
    expect(output).toContain('job/orders-migration did not end within 0 s');
    expect(asked.join('\n')).not.toContain('rollout');
  });

  it('with the supergraph first publishes it before anything else', async () => {
    const { code, asked } = await deploy(['--supergraph-first', IMAGE]);
    expect(code).toBe(0);
    expectInOrder(asked, GIVEN, 'delete job', 'rollout status');
  });

  it('with the supergraph first and a failing migration restores the supergraph', async () => {
    const { code, asked } = await deploy(['--supergraph-first', IMAGE], { job: jobThat('Failed') });
    expect(code).toBe(1);
    expectInOrder(asked, GIVEN, 'get job orders-migration', BACK);
    expect(asked.join('\n')).not.toContain('rollout');
  });

  it('with the supergraph first that fails its smoke test restores the old pods before the old supergraph', async () => {
    isHealthy = false;
    const { code, asked } = await deploy(['--supergraph-first', IMAGE]);
    expect(code).toBe(1);
    expectInOrder(asked, GIVEN, 'rollout status', UNDONE, 'rollout status', BACK);
  });

  it('that cannot be undone names what to check', async () => {
    const { code, output } = await deploy([IMAGE], { failOn: 'rollout' });
    expect(code).toBe(1);
    expect(output).toContain('Look at deployment/orders-service');
  });

  it('into an empty cluster publishes the supergraph first, and has nothing to undo', async () => {
    const { code, asked, output } = await deploy([IMAGE], { failOn: 'rollout status', isFirst: true });
    expect(code).toBe(1);
    expectInOrder(asked, GIVEN, 'delete job');
    expect(output).toContain('Look at the supergraph, deployment/orders-service');
    expect(asked.join('\n')).not.toContain('undo');
  });

  it('is refused without a URL to test, and without a digest', async () => {
    const [nowhere, byTag] = await Promise.all([
      deploy(['--smoke', '', IMAGE]),
      deploy(['orders=ghcr.io/cartograph/orders:latest']),
    ]);
    expect(nowhere).toMatchObject({ code: 1, output: expect.stringContaining('Expected --smoke') });
    expect(byTag).toMatchObject({
      code: 1,
      output: expect.stringContaining('Expected service=image@sha256'),
    });
  });
});
