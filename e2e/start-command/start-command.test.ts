import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { declaredServices } from '@cartograph/launcher/stack';
import { createGraphClient, until } from '@cartograph/testing';
import { findFreePorts, isRunning, launch, startedProcesses, type Launcher } from '../harness/launcher.js';

const register =
  'mutation { register(input: { email: "kept@example.com", password: "a long passphrase", name: "Kept" }) { session { accessToken } } }';
const login =
  'mutation { login(input: { email: "kept@example.com", password: "a long passphrase" }) { session { user { name } } } }';
const kept = { login: { session: { user: { name: 'Kept' } } } };

describe('npm start', () => {
  let dataDir: string;
  let port: number;
  const launchers: Launcher[] = [];

  beforeEach(async () => {
    dataDir = mkdtempSync(join(tmpdir(), 'cartograph-start-'));
    port = await findFreePorts();
  });
  afterEach(async () => {
    for (const { child, ended } of launchers.splice(0)) {
      child.kill('SIGTERM');
      await ended();
    }
    rmSync(dataDir, { recursive: true, force: true, maxRetries: 3 });
  });

  const start = (env: Record<string, string> = {}, ...more: string[]) => {
    const launcher = launch(['--data', dataDir, '--port', String(port), ...more], env);
    launchers.push(launcher);
    return launcher;
  };
  const graph = () => createGraphClient(`http://127.0.0.1:${port}/graphql`);

  it('should print where everything is, leave nothing behind on Ctrl-C or kill -9, and keep data for the next start', async () => {
    const first = start();
    await first.ready();
    expect(first.output()).toContain(`http://localhost:${port}/graphql`);
    expect(first.output()).toContain('ada@example.com');
    const page = await fetch(`http://localhost:${port}/graphiql`);
    expect([page.status, page.headers.get('content-type')]).toEqual([
      200,
      expect.stringContaining('text/html'),
    ]);
    await graph().expectData(register);
    const processes = startedProcesses(dataDir);
    // Each service, and the three stores.
    expect(processes).toHaveLength(declaredServices.length + 3);

    first.child.kill('SIGINT');
    expect(await first.ended()).toBe(0);
    expect(processes.filter(isRunning)).toEqual([]);

    const second = start();
    await second.ready();
    expect(await graph().expectData(login)).toEqual(kept);

    const killed = startedProcesses(dataDir);
    second.child.kill('SIGKILL');
    // At once, amid the dying.
    const third = start();
    await third.ready();
    await until(() => !killed.some(isRunning));
    expect(await graph().expectData(login)).toEqual(kept);
  }, 180_000);

  it('should refuse a folder in use, naming the process, without disturbing it', async () => {
    const first = start({}, '--services', 'gateway,cart');
    await first.ready();
    const second = start();
    expect(await second.ended()).toBe(1);
    expect(second.output()).toContain(`in use by process ${first.child.pid}`);
    expect(await graph().query('{ __typename }')).toMatchObject({ data: { __typename: 'Query' } });
  });

  it('should say which port is taken and how to choose others', async () => {
    const blocker: Server = createServer();
    await new Promise<void>((resolve) => blocker.listen(port + 2, '127.0.0.1', resolve));
    const launcher = start();
    expect(await launcher.ended()).toBe(1);
    blocker.close();
    expect(launcher.output()).toContain(`Port ${port + 2} (products) is taken by another program.`);
    expect(launcher.output()).toContain(`npm start -- --port ${port + 1000}`);
  });

  it('should name every faulty variable of a service at once, and what was expected', async () => {
    const launcher = start({ INTERNAL_AUTH_SECRET: 'short', DRAIN_DELAY_MS: 'soon' }, '--services', 'cart');
    expect(await launcher.ended()).toBe(1);
    expect(launcher.output()).toContain(
      'INTERNAL_AUTH_SECRET: expected a secret of at least 32 characters, got 5 characters',
    );
    expect(launcher.output()).toContain('DRAIN_DELAY_MS: expected a whole number from 0 to 8000, got "soon"');
  });

  it.each([
    [['--port', 'http'], '--port: expected a whole number from 1 to 65529, got "http".'],
    [['--colour'], "Unknown option '--colour'"],
  ])('should explain itself when called with %j', async (args, message) => {
    const launcher = launch(args);
    expect(await launcher.ended()).toBe(2);
    expect(launcher.output()).toContain(message);
    expect(launcher.output()).toContain('Usage: npm start -- [options]');
  });
});
