import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type ManagedProcess, manageProcess, spawnGuarded } from '@cartograph/processes';
import type { ServiceDeclaration } from './services.js';

export interface ServiceProcessOptions {
  readonly root: string;
  readonly dataDir: string;
  readonly logDir: string;
  readonly port: number;
  readonly env: NodeJS.ProcessEnv;
  readonly readyPatienceMs?: number | undefined;
  readonly sourceMaps: boolean;
  onOutput?(text: string): void;
}

export const mainFile = (root: string, service: ServiceDeclaration) =>
  join(root, service.folder, 'dist', 'main.js');

/** Whether the service has been written and built. */
export const isBuilt = (root: string, service: ServiceDeclaration) => existsSync(mainFile(root, service));

/** The preload does nothing without the variable, but to look for it takes time at every start. */
const telemetry = (env: NodeJS.ProcessEnv) =>
  env['OTEL_EXPORTER_OTLP_ENDPOINT'] ? ['--import', '@cartograph/kit/telemetry'] : [];

/** One service as a child process: ready when `/readyz` says so. */
export function manageService(service: ServiceDeclaration, options: ServiceProcessOptions): ManagedProcess {
  const main = mainFile(options.root, service);
  const flags = [
    ...(options.sourceMaps ? ['--enable-source-maps'] : []),
    ...(service.nodeFlags ?? []),
    ...telemetry(options.env),
  ];
  return manageProcess({
    name: service.name,
    program: main,
    recordFile: join(options.dataDir, 'run', `${service.name}.json`),
    logFile: join(options.logDir, `${service.name}.log`),
    stopSignal: 'SIGTERM',
    ...(options.readyPatienceMs && { readyPatienceMs: options.readyPatienceMs }),
    ...(options.onOutput ? { onOutput: (text) => options.onOutput?.(text) } : {}),
    spawn: () =>
      spawnGuarded(process.execPath, [...flags, main], {
        // Nothing that matters is only in a service's memory, and a port must be free at once for the next start.
        onParentDeath: 'SIGKILL',
        env: options.env,
        cwd: join(options.root, service.folder),
        stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      }),
    ready: (child) =>
      whenReady(
        `http://127.0.0.1:${options.port}/readyz`,
        () => child.exitCode === null && child.signalCode === null,
      ),
  });
}

async function whenReady(url: string, isAlive: () => boolean): Promise<void> {
  while (isAlive()) {
    const isReady = await fetch(url, { signal: AbortSignal.timeout(2_000) }).then(
      async (response) => {
        await response.body?.cancel();
        return response.ok;
      },
      () => false,
    );
    if (isReady) return;
    await delay(40);
  }
  // The managed process reports that it has ended.
  await new Promise(() => {});
}
