import type { Writable } from 'node:stream';
import { spawn, spawnSync, type ChildProcess, type SpawnOptions } from 'node:child_process';

export type StopSignal = 'SIGINT' | 'SIGTERM' | 'SIGKILL';

export interface GuardedOptions {
  /** What the child gets when this process is gone, however it went. */
  readonly onParentDeath: StopSignal;
  /** Run the child as this user; only root can ask for it. */
  readonly user?: { readonly uid: number; readonly gid: number };
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  readonly stdio?: SpawnOptions['stdio'];
}

/** Linux only: the kernel sends the signal itself, so not even kill -9 of the parent leaves an orphan. */
const kernelGuard = lazily(
  () => process.platform === 'linux' && spawnSync('setpriv', ['--pdeathsig', 'clear', 'true']).status === 0,
);

/**
 * Elsewhere a shell keeps one end of a pipe: when the parent dies the pipe closes, and the subshell signals
 * the program that took the shell's place (`exec` keeps the process id). A line on the pipe sends the subshell home.
 */
const shellGuard = '( read -r _ || kill -s "$0" $$ ) <&3 2>/dev/null & exec 3<&-; exec "$@"';

/**
 * Starts a program that ends when this process does. It runs in a separate process group, so that Ctrl-C
 * in a terminal reaches the launcher alone and the launcher decides the order of stopping.
 */
export function spawnGuarded(
  command: string,
  args: readonly string[],
  options: GuardedOptions,
): ChildProcess {
  const stdio = options.stdio ?? ['ignore', 'pipe', 'pipe'];
  const common: SpawnOptions = {
    detached: true,
    env: options.env ?? process.env,
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
  };
  const signal = options.onParentDeath.slice('SIG'.length);
  if (kernelGuard()) {
    const guard = ['--pdeathsig', signal, ...(options.user ? asUser(options.user) : []), '--'];
    return spawn('setpriv', [...guard, command, ...args], { ...common, stdio });
  }
  const streams = Array.isArray(stdio) ? stdio : [stdio, stdio, stdio];
  if (streams.length > 3) return spawn(command, args, { ...common, stdio: streams });
  const child = spawn('/bin/sh', ['-c', shellGuard, signal, command, ...args], {
    ...common,
    ...options.user,
    stdio: [...streams, 'pipe'],
  });
  child.once('exit', () => {
    const pipe = child.stdio[3] as Writable | null;
    pipe?.on('error', () => {});
    pipe?.end('\n');
  });
  return child;
}

/**
 * The child loses root but keeps the right to pass closed folders, so that a checkout below /root (mode 700)
 * works as well; where even root lacks that right, it goes without.
 */
function asUser({ uid, gid }: { uid: number; gid: number }): string[] {
  const identity = ['--reuid', String(uid), '--regid', String(gid), '--clear-groups'];
  const passClosedFolders = [
    '--securebits',
    '+no_setuid_fixup',
    '--inh-caps',
    '+dac_override',
    '--ambient-caps',
    '+dac_override',
  ];
  const both = [...identity, ...passClosedFolders];
  return spawnSync('setpriv', [...both, 'true']).status === 0 ? both : identity;
}

function lazily<Value>(make: () => Value): () => Value {
  let made: { value: Value } | undefined;
  return () => (made ??= { value: make() }).value;
}
