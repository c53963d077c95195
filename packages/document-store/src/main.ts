/**
 * The document store as a process of its own. Prints one line, `{"url":"mongodb://…"}`, when it is ready. Ends after answering
 * what it has received, on SIGTERM or SIGINT, and when its parent ends: its IPC channel or a piped standard input closes,
 * or the process of `--parent-pid` ends.
 */
import { fstatSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { type DocumentStore, startDocumentStore } from './index.js';

const USAGE = `Usage: node packages/document-store/dist/main.js [options]

  --port N         port to listen on; without it, or with 0, a free one
  --host ADDRESS   address to listen on (default 127.0.0.1)
  --data-dir DIR   where to keep the data; without it, in memory only
  --parent-pid N   end when this process ends
  --help           print this text

Prints {"url":"mongodb://ADDRESS:PORT"} when it is ready. Ends on SIGTERM and SIGINT.`;

const print = (line: string): void => void process.stdout.write(`${line}\n`);
const complain = (line: string): void => void process.stderr.write(`${line}\n`);

function integer(name: string, text: string | undefined, most: number): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (/^\d+$/.test(text) && value <= most) return value;
  throw new Error(
    `--${name} must be a whole number from 0 to ${most}, but is '${text}'. --help lists the options.`,
  );
}

function parse() {
  const { values } = parseArgs({
    options: {
      port: { type: 'string' },
      host: { type: 'string' },
      'data-dir': { type: 'string' },
      'parent-pid': { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  return {
    isHelp: values.help,
    port: integer('port', values.port, 65_535) ?? 0,
    parent: integer('parent-pid', values['parent-pid'], 2 ** 31),
    ...(values.host === undefined ? {} : { host: values.host }),
    ...(values['data-dir'] === undefined ? {} : { dataDir: values['data-dir'] }),
  };
}

/** Calls back when the process that started this one has ended. */
function onParentGone(parent: number | undefined, gone: () => void): void {
  if (process.channel) process.once('disconnect', gone);
  const input = standardInput();
  if (input?.isFIFO() || input?.isSocket()) process.stdin.once('close', gone).once('end', gone).resume();
  if (parent === undefined) return;
  const timer = setInterval(() => {
    try {
      process.kill(parent, 0);
    } catch {
      clearInterval(timer);
      gone();
    }
  }, 200);
  timer.unref();
}

function standardInput() {
  try {
    return fstatSync(0);
  } catch {
    // Started with standard input closed.
    return undefined;
  }
}

let store: DocumentStore | undefined;
let isStopping = false;

async function stop(): Promise<void> {
  if (isStopping) return;
  isStopping = true;
  // A client that does not read must not keep the process alive.
  setTimeout(() => process.exit(1), 8_000).unref();
  await store?.close();
  process.exit(0);
}

try {
  const { isHelp, parent, ...options } = parse();
  if (isHelp) {
    print(USAGE);
    process.exit(0);
  }
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => void stop());
  // The reader may have ended: that is no reason to fail while draining.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
  onParentGone(parent, () => void stop());
  store = await startDocumentStore({
    ...options,
    logger: { info: complain, error: complain },
    // Without its journal the store cannot keep its promise. The launcher sees the process end.
    onFailure: () => process.exit(1),
  });
  print(JSON.stringify({ url: store.url }));
} catch (error) {
  complain(`The document store cannot start: ${(error as Error).message}`);
  process.exit(1);
}
