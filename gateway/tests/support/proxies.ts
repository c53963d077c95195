import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from './gateway.js';

const SETTINGS = {
  nginx: (port: number, upstream: number, folder: string, extra: string) => `
    ${process.getuid?.() === 0 ? 'user root;' : ''} daemon off; pid ${folder}/pid; error_log ${folder}/error.log; worker_processes 1;
    events { worker_connections 256; }
    http {
      access_log off; client_max_body_size 10m;
      client_body_temp_path ${folder}/body; proxy_temp_path ${folder}/proxy;
      fastcgi_temp_path ${folder}/f; uwsgi_temp_path ${folder}/u; scgi_temp_path ${folder}/s;
      upstream gateway { server 127.0.0.1:${upstream}; keepalive 8; }
      server { listen 127.0.0.1:${port}; location / { proxy_pass http://gateway; ${extra} } }
    }`,
  haproxy: (port: number, upstream: number, _folder: string, extra: string) => `
defaults
  mode http
  timeout connect 5s
  timeout client 30s
  timeout server 30s
listen shop
  bind 127.0.0.1:${port}
  ${extra}
  server gateway 127.0.0.1:${upstream}
`,
  caddy: (port: number, upstream: number, folder: string, extra: string) => `
{
  admin off
  auto_https off
  storage file_system ${folder}
}
http://127.0.0.1:${port} {
  reverse_proxy 127.0.0.1:${upstream} {
    ${extra}
  }
}
`,
} as const;
const COMMANDS = {
  nginx: (file: string, folder: string) => [
    '/usr/sbin/nginx',
    '-p',
    folder,
    '-c',
    file,
    '-e',
    `${folder}/error.log`,
  ],
  haproxy: (file: string) => ['/usr/sbin/haproxy', '-db', '-q', '-f', file],
  caddy: (file: string) => ['/usr/bin/caddy', 'run', '--config', file, '--adapter', 'caddyfile'],
} as const;

export type ProxyName = keyof typeof SETTINGS;
export const isInstalled = (name: ProxyName): boolean => existsSync(COMMANDS[name]('', '')[0]!);

export interface RunningProxy {
  readonly port: number;
  stop(): Promise<void>;
}

/** Starts a real proxy before the gateway. @param extra settings of its own, in its own words */
export async function startProxy(name: ProxyName, upstream: number, extra = ''): Promise<RunningProxy> {
  const folder = mkdtempSync(join(tmpdir(), `${name}-`));
  const port = await freePort();
  const file = join(folder, 'settings');
  writeFileSync(file, SETTINGS[name](port, upstream, folder, extra));
  const [command, ...args] = COMMANDS[name](file, folder);
  const child: ChildProcess = spawn(command!, args, {
    stdio: ['ignore', 'ignore', 'pipe'],
    // Caddy saves the settings it runs with there.
    env: { ...process.env, XDG_CONFIG_HOME: folder },
  });
  let said = '';
  child.stderr!.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  await until(async () => {
    if (child.exitCode !== null) throw new Error(`${name} ended: ${said}`);
    return accepts(port);
  }, `${name} to listen`);
  return {
    port,
    async stop() {
      child.kill('SIGTERM');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const accepts = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
