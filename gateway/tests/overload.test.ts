import { afterAll, describe, expect, it } from '@jest/globals';
import { WebSocket } from 'ws';
import { startWorld, until } from './support/gateway.js';
import { killGateways, type RunningGateway, startGateway } from './support/process.js';
import { shop } from './support/shop.js';

afterAll(killGateways);

/** Takes the processor from a process for most of the time, as busy neighbours do. @returns gives it back */
function starve({ process: child }: RunningGateway): () => void {
  let timer: NodeJS.Timeout;
  const take = (): void => {
    child.kill('SIGSTOP');
    timer = setTimeout(give, 400);
  };
  const give = (): void => {
    child.kill('SIGCONT');
    timer = setTimeout(take, 60);
  };
  take();
  return () => {
    clearTimeout(timer);
    child.kill('SIGCONT');
  };
}

describe('a gateway whose event loop lags', () => {
  it('refuses new work with 503 and says when to come again, stays alive, and recovers', async () => {
    const world = await startWorld(shop().definitions);
    const gateway = startGateway(['--supergraph', world.file, '--port', '0'], { SHED_LAG_MS: '100' });
    const port = await gateway.port();
    const post = () =>
      world.fetch({
        path: `http://127.0.0.1:${port}/graphql`,
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{"query":"{ me { name } }"}',
      });
    const status = async () => {
      const response = await post();
      await response.text();
      return response.status;
    };
    await until(async () => (await status()) === 200, 'the start to be over');
    const giveBack = starve(gateway);
    let refused: Awaited<ReturnType<typeof post>> | undefined;
    await until(async () => {
      refused = await post();
      if (refused.status !== 503) await refused.text();
      return refused.status === 503;
    }, 'a refusal');
    expect(refused!.headers.get('retry-after')).toBe('1');
    expect(await refused!.json()).toMatchObject({ errors: [{ extensions: { code: 'OVERLOADED' } }] });
    const socket = new WebSocket(`ws://127.0.0.1:${port}/graphql`, 'graphql-transport-ws');
    socket.on('error', () => undefined);
    expect(
      await new Promise((resolve) =>
        socket.on('unexpected-response', (_request, response) => resolve(response.statusCode)),
      ),
    ).toBe(503);
    expect((await world.fetch({ path: `http://127.0.0.1:${port}/healthz` })).status).toBe(200);
    const metrics = await (await world.fetch({ path: `http://127.0.0.1:${port}/metrics` })).text();
    expect(metrics).toMatch(/cartograph_gateway_refused_total\{[^}]*reason="OVERLOADED"[^}]*\} [1-9]/);
    giveBack();
    await until(async () => (await status()) === 200, 'the gateway to take work again');
    await world.stop();
  }, 30_000);
});
