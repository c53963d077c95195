import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { findFreePort, spawnGuarded } from '@cartograph/processes';
import { until, type TestStack } from '@cartograph/testing';

export interface SecondProcess {
  /** Base URL, without a slash at the end. */
  readonly url: string;
  /** Resolves with its exit code when it is gone, which is null where the signal (by default SIGKILL) ended it. */
  kill(signal?: NodeJS.Signals): Promise<number | null>;
}

/** Another process of a service that runs already, on the same stores. It never outlives this process. */
export async function startSecond(
  stack: TestStack,
  service: string,
  env: Readonly<Record<string, string>> = {},
): Promise<SecondProcess> {
  const folder = service === 'gateway' ? service : `subgraphs/${service}`;
  const port = await findFreePort();
  const child = spawnGuarded(
    process.execPath,
    [fileURLToPath(new URL(`../../${folder}/dist/main.js`, import.meta.url))],
    {
      onParentDeath: 'SIGKILL',
      env: { ...stack.environment(service), ...env, PORT: String(port) },
      stdio: 'ignore',
    },
  );
  const gone = once(child, 'exit').then(([code]) => code as number | null);
  const url = `http://127.0.0.1:${port}`;
  await until(async () => child.exitCode !== null || (await fetch(`${url}/readyz`)).ok, {
    timeoutMs: 60_000,
    what: `a second process of ${service}`,
  });
  if (child.exitCode !== null)
    throw new Error(`A second process of ${service} ended with ${child.exitCode}.`);
  return {
    url,
    kill(signal = 'SIGKILL') {
      child.kill(signal);
      return gone;
    },
  };
}

/** Events that a process has handled so far, by what it says at `/metrics`. */
export async function eventsHandledBy(url: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return [...text.matchAll(/^cartograph_events_handled_total\{.*\} (\d+)$/gm)].reduce(
    (sum, [, count]) => sum + Number(count),
    0,
  );
}
