// Mercurius' gateway, which knows federation 1.
import gateway from '@mercuriusjs/gateway';
import Fastify from 'fastify';
import { federation1Text } from '../schemas.mjs';

const urls = JSON.parse(process.env.SUBGRAPHS);
const app = Fastify();
await app.register(gateway, {
  jit: 1,
  gateway: {
    services: Object.entries(urls).map(([name, url]) => ({
      name,
      url,
      schema: federation1Text(name),
      connections: 64,
    })),
  },
});
await app.listen({ port: Number(process.env.PORT), host: '127.0.0.1' });
