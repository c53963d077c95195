import { createServer } from 'node:http';

const starters = {
  '/postgres': async () => {
    const { startPostgres } = await launcher();
    const store = await startPostgres(urlFrom('databaseUrl', 'TEST_DATABASE_URL'));
    return { store, url: store.urlFor('postgres') };
  },
  '/mongodb': async () => {
    const { startMongo } = await launcher();
    const store = await startMongo(urlFrom('mongodbUrl', 'MONGODB_URL'));
    return { store, url: store.url };
  },
};

const urlFrom = (option, variable) => (process.env[variable] ? { [option]: process.env[variable] } : {});

// The built package: jest loads this file outside its module system, where TypeScript is not understood.
const launcher = () =>
  import('../../launcher/dist/index.js').catch((error) => {
    throw new Error(`Run \`npm run build\` before jest (npm test does). ${error.message}`);
  });

/** Serves `GET /postgres` and `GET /mongodb` with the address of a store that is started at the first request. */
export async function startBroker() {
  const started = new Map();
  const server = createServer(async (request, response) => {
    // Suites ask seconds apart: a kept connection could end just as it is used again.
    response.setHeader('connection', 'close');
    const start = starters[request.url];
    if (!start) return response.writeHead(404).end(`No store ${request.url}.`);
    if (!started.has(request.url)) started.set(request.url, start());
    try {
      response.end((await started.get(request.url)).url);
    } catch (error) {
      response.writeHead(500).end(error.message);
    }
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  // An unused broker must not keep a finished run alive.
  server.unref();
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    async close() {
      server.closeAllConnections();
      server.close();
      for (const starting of started.values()) await (await starting.catch(() => undefined))?.store.close();
    },
  };
}
