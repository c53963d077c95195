import { readFileSync } from 'node:fs';
import { Cluster, Redis } from 'ioredis';

export type RedisConnection = Redis | Cluster;

export interface RedisConnectionOptions {
  /** How long a command may take; default 2500. Longer than a blocking read waits. */
  readonly commandTimeoutMs?: number;
  /** The longest pause between attempts to reconnect; default 500. */
  readonly maxReconnectDelayMs?: number;
  /** Called for each failed attempt to connect. */
  readonly onError?: (error: Error) => void;
}

/**
 * Connects for short commands. While Redis is unavailable, commands fail immediately and the connection keeps trying to
 * reconnect.
 * @param url one address, or several separated by commas for a Redis Cluster
 * @param connectionName what the server shows for this connection
 */
export function connectRedis(
  url: string,
  connectionName: string,
  options: RedisConnectionOptions = {},
): RedisConnection {
  const { commandTimeoutMs = 2_500, maxReconnectDelayMs = 500, onError = () => undefined } = options;
  const settings = {
    connectionName,
    connectTimeout: 2_000,
    commandTimeout: commandTimeoutMs,
    // How long ioredis waits for a socket to close, even for one that is closed already.
    disconnectTimeout: 200,
    maxRetriesPerRequest: 0,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
  };
  const retryStrategy = (times: number) => Math.min(maxReconnectDelayMs, 50 * times);
  const addresses = url.split(',').map((address) => address.trim());
  const client =
    addresses.length > 1
      ? new Cluster(addresses, {
          redisOptions: { ...settings, ...credentialsOf(addresses[0]!) },
          enableOfflineQueue: false,
          clusterRetryStrategy: retryStrategy,
        })
      : new Redis(addresses[0]!, { ...settings, retryStrategy });
  // Without a listener, ioredis prints the error.
  client.on('error', onError);
  return client;
}

/** Credentials and TLS for all nodes of a cluster: a cluster announces only the addresses of its nodes. */
export function credentialsOf(url: string) {
  const { username, password, protocol } = new URL(url);
  return {
    ...(username && { username: decodeURIComponent(username) }),
    ...(password && { password: decodeURIComponent(password) }),
    ...(protocol === 'rediss:' && { tls: {} }),
  };
}

/**
 * Reads Lua scripts.
 * @param folder ends with a slash; its prelude.lua is put before each script
 * @param names of the files, without `.lua`
 */
export function readScripts<Name extends string>(
  folder: URL,
  names: readonly Name[],
): Readonly<Record<Name, string>> {
  const read = (name: string) => readFileSync(new URL(`${name}.lua`, folder), 'utf8');
  const prelude = read('prelude');
  return Object.fromEntries(names.map((name) => [name, `${prelude}\n${read(name)}`])) as Record<Name, string>;
}
