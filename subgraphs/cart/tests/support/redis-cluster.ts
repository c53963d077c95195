import { startTestRedis, until } from '@cartograph/testing';
import { Redis } from 'ioredis';

const SLOTS = 16_384;

export interface TestCluster {
  /** All nodes, with commas between. */
  readonly url: string;
  readonly nodes: readonly Redis[];
  close(): Promise<void>;
}

/** A real Redis Cluster: three redis-server processes, each with a third of the slots. */
export async function startRedisCluster(): Promise<TestCluster> {
  const settings = ['--cluster-enabled', 'yes', '--cluster-config-file', 'nodes.conf'];
  const servers = await Promise.all(
    // Without a port of its own, the cluster's bus would take the client port + 10,000, which may be taken.
    [0, 1, 2].map(() => startTestRedis({ settings: [...settings, '--cluster-port', String(freePort())] })),
  );
  const nodes = servers.map(({ url }) => new Redis(url));
  const [first, ...others] = nodes;
  for (const [index, node] of nodes.entries()) {
    const from = Math.ceil((index * SLOTS) / nodes.length);
    const to = Math.ceil(((index + 1) * SLOTS) / nodes.length) - 1;
    await node.call('CLUSTER', 'ADDSLOTSRANGE', from, to);
    await node.call('CLUSTER', 'SET-CONFIG-EPOCH', index + 1);
  }
  for (const node of others) {
    const [, busPort] = (await node.config('GET', 'cluster-port')) as [string, string];
    await first!.call('CLUSTER', 'MEET', '127.0.0.1', node.options.port!, busPort);
  }
  await until(
    async () => {
      const infos = await Promise.all(nodes.map(async (node) => String(await node.call('CLUSTER', 'INFO'))));
      return infos.every(
        (info) => info.includes('cluster_state:ok') && info.includes('cluster_known_nodes:3'),
      );
    },
    { what: 'the cluster to form' },
  );
  return {
    url: servers.map(({ url }) => url).join(','),
    nodes,
    async close() {
      for (const node of nodes) node.disconnect();
      await Promise.all(servers.map((server) => server.close()));
    },
  };
}

/** Below what systems take for outgoing connections, and apart from where the test servers listen. */
const freePort = () => 12_000 + Math.floor(Math.random() * 8_000);
