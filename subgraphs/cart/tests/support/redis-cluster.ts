import { startTestRedis, until } from '@cartograph/testing';
import { Redis } from 'ioredis';

const SLOTS = 16_384;

export interface TestCluster {
  /** The addresses of all nodes, separated by commas. */
  readonly url: string;
  readonly nodes: readonly Redis[];
  close(): Promise<void>;
}

/** Starts a real Redis Cluster: three redis-server processes, each with a third of the slots. */
export async function startRedisCluster(): Promise<TestCluster> {
  const settings = ['--cluster-enabled', 'yes', '--cluster-config-file', 'nodes.conf'];
  const servers = await Promise.all(
    // By default the cluster bus uses the client port + 10,000, which may be in use.
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

/** Below the range for outgoing connections, and apart from the ports of other test servers. */
const freePort = () => 12_000 + Math.floor(Math.random() * 8_000);
