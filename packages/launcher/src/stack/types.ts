export interface StackOptions {
  /** The repository. */
  readonly root: string;
  /** Data, logs and secrets; one stack at a time. */
  readonly dataDir: string;
  /** Delete the data of an earlier stack in the data folder, except fetched programs. */
  readonly fresh?: boolean;
  /** Where fetched programs are kept; default `bin` in the data folder. */
  readonly binDir?: string;
  /** The first of consecutive ports (the gateway's); without it each service gets a free one. */
  readonly firstPort?: number;
  /** Which services to start; default: all that are built. */
  readonly services?: readonly string[];
  /** For all services. Store addresses in here (`REDIS_URL`, …) are used instead of starting those stores. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** For one service, over everything else. */
  readonly serviceEnv?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Restart, after increasing pauses, services and stores that end unexpectedly. */
  readonly restartCrashed?: boolean;
  /** How long a service may take until it is ready, in milliseconds; default 60,000. */
  readonly readyPatienceMs?: number;
  /** Whether stack traces name lines of the sources (default). Reading the maps takes a seventh of a service's start. */
  readonly sourceMaps?: boolean;
  /** Aborts a start in progress and ends everything started so far. */
  readonly signal?: AbortSignal;
  onEvent?(event: StackEvent): void;
  onOutput?(name: string, text: string): void;
}

export type StackEvent =
  | { readonly type: 'ready'; readonly name: string; readonly milliseconds: number }
  | { readonly type: 'crashed'; readonly name: string; readonly how: string; readonly retryInMs?: number }
  | { readonly type: 'restarted'; readonly name: string }
  | { readonly type: 'stopped'; readonly name: string };

/** `name` is a service's, or `postgres`, `redis`, `mongodb`. */
export interface Stack {
  /** The services that run, gateway first. */
  readonly services: readonly string[];
  /** The secret that services sign requests to each other with. */
  readonly internalAuthSecret: string;
  /** Base URL of a service, without a slash at the end. */
  url(name: string): string;
  /** Address of the store that a service's variable names. */
  storeUrl(service: string, variable: string): string;
  /** The environment a service was started with, for starting a second process of it. */
  environment(service: string): NodeJS.ProcessEnv;
  pid(name: string): number | undefined;
  /** Its output since its last start. */
  logs(name: string): string;
  /** kill -9; it stays down until `start`. */
  kill(name: string): Promise<void>;
  start(name: string): Promise<void>;
  /** Asks it to end, and waits for that. */
  halt(name: string): Promise<void>;
  restart(name: string): Promise<void>;
  /** Ends all: the gateway, then the subgraphs, then the stores. */
  stop(): Promise<void>;
}
