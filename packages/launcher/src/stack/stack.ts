import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { lockFolder, type ManagedProcess } from '@cartograph/processes';
import { keepAlive } from './keep-alive.js';
import { readOrMakeSecrets } from './secrets.js';
import { isBuilt, manageService } from './service-process.js';
import { claimDataFolder, keepPreviousLogs, startAfresh } from './data-folder.js';
import { environmentFor, sharedEnvironment } from './environment.js';
import { choosePorts } from './ports.js';
import { declaredServices, type ServiceDeclaration } from './services.js';
import { removeStackFile, writeStackFile } from './stack-file.js';
import { startStores, type StackStores } from './stack-stores.js';
import type { Stack, StackOptions } from './types.js';

/**
 * Starts stores and services as child processes and resolves when all of them are ready. None of them outlives
 * this process.
 * @throws FolderInUseError, PortTakenError, or the first thing that did not start, after ending the rest
 */
export async function startStack(options: StackOptions): Promise<Stack> {
  const dataDir = resolve(options.dataDir);
  const logDir = join(dataDir, 'logs');
  const services = chooseServices(options);
  mkdirSync(dataDir, { recursive: true });
  const unlock = lockFolder(dataDir);
  const processes = new Map<string, ManagedProcess>();
  let stores: StackStores | undefined;
  let stopped = false;

  async function stop(): Promise<void> {
    if (stopped) return;
    stopped = true;
    const halt = async (name: string) => {
      await processes.get(name)?.stop();
      options.onEvent?.({ type: 'stopped', name });
    };
    const isGateway = (name: string) => name === 'gateway';
    const names = services.map(({ name }) => name).filter((name) => processes.has(name));
    await Promise.all(names.filter(isGateway).map(halt));
    await Promise.all(names.filter((name) => !isGateway(name)).map(halt));
    await Promise.all([...((await stores?.running()) ?? [])].map(([, store]) => store.close()));
    removeStackFile(dataDir);
    unlock();
  }

  try {
    if (options.fresh) await startAfresh(dataDir);
    claimDataFolder(dataDir);
    const ports = await choosePorts(services, options.firstPort);
    const url = (name: string) => `http://127.0.0.1:${ports.get(name)}`;
    keepPreviousLogs(logDir, [...services.map(({ name }) => name), 'postgres', 'redis', 'mongodb']);
    const given = options.env ?? {};
    const { INTERNAL_AUTH_SECRET } = readOrMakeSecrets(dataDir);
    const internalAuthSecret = given['INTERNAL_AUTH_SECRET'] || INTERNAL_AUTH_SECRET;
    stores = startStores(services, given, {
      dataDir,
      logDir,
      binDir: options.binDir ?? join(dataDir, 'bin'),
    });

    const shared = sharedEnvironment({
      root: options.root,
      dataDir,
      url,
      given,
      internalAuthSecret,
    });
    const environments = new Map<string, NodeJS.ProcessEnv>();
    const chosen = new Map<string, Record<string, string>>();

    const startService = async (service: ServiceDeclaration) => {
      const began = performance.now();
      const addresses = await environmentFor(service, given, stores!);
      chosen.set(service.name, {
        INTERNAL_AUTH_SECRET: internalAuthSecret,
        // For links that a command prints.
        STOREFRONT_URL: shared['STOREFRONT_URL']!,
        ...addresses,
        ...options.serviceEnv?.[service.name],
      });
      const env = {
        ...shared,
        ...addresses,
        PORT: String(ports.get(service.name)),
        ...options.serviceEnv?.[service.name],
      };
      if (stopped) throw new Error('The stack was stopped while it started.');
      environments.set(service.name, env);
      const managed = manageService(service, {
        root: options.root,
        dataDir,
        logDir,
        port: ports.get(service.name)!,
        env,
        readyPatienceMs: options.readyPatienceMs,
        sourceMaps: options.sourceMaps ?? true,
        onOutput: (text) => options.onOutput?.(service.name, text),
      });
      processes.set(service.name, managed);
      await managed.start();
      options.onEvent?.({ type: 'ready', name: service.name, milliseconds: performance.now() - began });
    };
    await Promise.race([Promise.all(services.map(startService)), whenAborted(options.signal)]);

    writeStackFile(
      dataDir,
      Object.fromEntries([...chosen].map(([name, env]) => [name, { url: url(name), env }])),
    );
    for (const [engine, store] of await stores.running()) {
      if (store.process) processes.set(engine, store.process);
    }
    for (const managed of processes.values()) {
      keepAlive(managed, {
        restart: options.restartCrashed ?? false,
        isWanted: () => !stopped,
        onEvent: (event) => options.onEvent?.(event),
      });
    }

    const find = (name: string) => {
      const managed = processes.get(name);
      if (!managed)
        throw new Error(`Nothing called ${name} runs here; there are ${[...processes.keys()].join(', ')}.`);
      return managed;
    };
    return {
      services: services.map(({ name }) => name),
      internalAuthSecret,
      url(name) {
        if (!ports.has(name))
          throw new Error(`No service ${name} in this stack; there are ${[...ports.keys()].join(', ')}.`);
        return url(name);
      },
      storeUrl(service, variable) {
        const address = environments.get(service)?.[variable];
        if (!address) throw new Error(`${service} has no ${variable}.`);
        return address;
      },
      environment: (service) => ({ ...environments.get(service) }),
      pid: (name) => find(name).pid,
      logs: (name) => find(name).logs(),
      kill: (name) => find(name).kill(),
      start: (name) => find(name).start(),
      halt: (name) => find(name).stop(),
      restart: (name) => find(name).restart(),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

function whenAborted(signal: AbortSignal | undefined): Promise<never> {
  return new Promise((_, reject) => {
    if (signal?.aborted) reject(signal.reason as Error);
    signal?.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
}

function chooseServices({ root, services }: StackOptions): readonly ServiceDeclaration[] {
  const built = declaredServices.filter((service) => isBuilt(root, service));
  if (!services) return built;
  return services.map((name) => {
    const service = built.find((candidate) => candidate.name === name);
    if (!service)
      throw new Error(
        `No built service ${name} below ${root}; there are ${built.map((one) => one.name).join(', ') || 'none'}.`,
      );
    return service;
  });
}
