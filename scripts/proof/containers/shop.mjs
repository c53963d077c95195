import { setTimeout as sleep } from 'node:timers/promises';
import { SERVICES } from './images.mjs';
import { walk } from './walk.mjs';

/** Commands for the shop of a checkout. */
export function connectShop(engine, checkout, url) {
  const compose = (...args) =>
    engine.run('docker', ['compose', ...args], { cwd: checkout, stdio: ['ignore', 'pipe', 'pipe'] });
  /** All containers of the project, as the engine describes them. */
  const containers = () => {
    const ids = compose('ps', '--all', '--quiet').trim().split('\n');
    return JSON.parse(engine.docker('inspect', ...ids)).map((inspected) => ({
      id: inspected.Id,
      service: inspected.Config.Labels['com.docker.compose.service'],
      inspected,
    }));
  };
  return {
    url,
    checkout,
    compose,
    containers,
    /** Waits until the gateway is ready, and every service is healthy. */
    async isOpen() {
      const until = Date.now() + 300_000;
      for (;;) {
        const isReady = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(2_000) }).then(
          (response) => response.ok,
          () => false,
        );
        const waiting = containers().filter(
          ({ service, inspected }) =>
            SERVICES.includes(service) && inspected.State.Health?.Status !== 'healthy',
        );
        if (isReady && waiting.length === 0) return;
        if (Date.now() > until)
          throw new Error(
            `Not open after five minutes: ${isReady ? waiting.map(({ service }) => service).join() : `${url}/readyz`}`,
          );
        await sleep(1_000);
      }
    },
    /** The purchase of docs/walk.md. */
    walk: (say = () => {}) => walk(url, say),
  };
}
