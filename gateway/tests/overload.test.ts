import { afterAll, describe, expect, it } from '@jest/globals';
import { WebSocket } from 'ws';
import { startWorld, until } from './support/gateway.js';
import { killGateways, startGateway } from './support/process.js';
import { shop } from './support/shop.js';

afterAll(killGateways);

describe('a gateway whose event loop lags', () => {
  it('refuses new work with 503 and says when to come again, stays alive, and recovers', async () => {
    const world = await startWorld(shop().definitions);
    const gateway = startGateway(['--supergraph', world.file, '--port', '0'], { SHED_LAG_MS: '300' });
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
    // As when something else takes the processor for two and a half seconds.
    gateway.process.kill('SIGSTOP');
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    gateway.process.kill('SIGCONT');
    // The lag is noticed by the first timer after it.
    let refused: Awaited<ReturnType<typeof post>> | undefined;
    await until(async () => (refused = await post()).status === 503, 'a refusal');
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
    await until(async () => (await status()) === 200, 'the gateway to take work again');
    await world.stop();
  }, 30_000);
});
