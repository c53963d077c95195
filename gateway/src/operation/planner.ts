import { hash } from 'node:crypto';
import type { GraphQLSchema } from 'graphql';
import { LRUCache } from 'lru-cache';
import { Hidden } from './hidden.js';
import { type CostTable, readCosts } from './cost.js';
import { apiSchemaOf } from './api-schema.js';
import { findOperation, OperationRefused, parseDocument } from './document.js';
import { Operation, unresolvableMessage } from './operation.js';
import { compilePlan } from './plan.js';
import type { Plans } from './planned.js';
import { MAX_CACHED_TEXT, PlanCache } from './plan-cache.js';
import { PlanMaker, type PlanRules, type ReadSupergraph, readSupergraph } from './plan-maker.js';
import { weighOperation } from './weight.js';
import type { PlanThreads } from './plan-threads.js';
import { type PlanAnswer } from './plan-threads.js';

export interface PlannerOptions extends PlanRules {
  /** What the operations kept parsed, validated and planned may weigh together. */
  readonly cacheBytes: number;
  /** What a list counts in estimates where nothing tells its length. */
  readonly assumedListSize: number;
  /** Whether Apollo's plans are kept beside the compiled ones, to be shown. */
  readonly explain: boolean;
  /** Told about every lookup and every plan made, for metrics. */
  readonly observe?: { lookup(isHit: boolean): void; planned(seconds: number): void };
}

/** Who asks for an operation. */
export interface Asker {
  /** Equal for requests whose share of the planner's time and memory is one. */
  readonly client: string;
  /** Told what planning cost, also when the operation is refused. */
  planned?(milliseconds: number): void;
}

/** The gateway's own operations, which no client sent. */
const OWN: Asker = { client: '' };
/** Refused operations are kept too, apart, so that a flood of bad queries cannot push out good ones. */
const REFUSED_BYTES = 2 * 1024 * 1024;
/** An object with a code, an error with its stack, and the cache's own entry. */
const REFUSAL_BYTES = 1_500;

/** Texts of operations in use whose keys are remembered, so that their hashes are not computed for every request. */
const REMEMBERED_KEYS = 500;
/** Longer texts are hashed each time, which bounds what the remembered ones hold. */
const MAX_REMEMBERED_TEXT = 4 * 1024;

/** One version of the supergraph: its schemas, and the operations prepared for it. */
export class Planner {
  readonly apiSchema: GraphQLSchema;
  readonly supergraphSchema: GraphQLSchema;
  readonly subgraphs: readonly { readonly name: string; readonly url: string }[];
  readonly #read: ReadSupergraph;
  readonly #costs: CostTable;
  readonly #hidden: Hidden;
  readonly #version: number | undefined;
  #maker: PlanMaker | undefined;
  readonly #operations: PlanCache;
  /** By text: the key of an operation that is kept. */
  readonly #keys = new Map<string, { readonly operationName: string | null; readonly key: string }>();
  readonly #refused = new LRUCache<string, OperationRefused>({
    maxSize: REFUSED_BYTES,
    sizeCalculation: ({ errors }) =>
      errors.reduce((sum, { message }) => sum + 300 + 2 * message.length, REFUSAL_BYTES),
  });
  /** Being planned, by the same keys: equal operations that come at once are planned once. */
  readonly #underWay = new Map<string, Promise<Operation>>();

  /** @throws with the reason when `sdl` is no supergraph the gateway can serve */
  constructor(
    readonly sdl: string,
    private readonly options: PlannerOptions,
    /** Undefined to plan on the event loop, without a limit. */
    private readonly threads?: PlanThreads,
  ) {
    this.#read = readSupergraph(sdl);
    const { document, supergraph } = this.#read;
    this.#costs = readCosts(document);
    this.subgraphs = supergraph.subgraphsMetadata();
    this.apiSchema = apiSchemaOf(supergraph);
    this.supergraphSchema = supergraph.schema.toGraphQLJSSchema();
    this.#hidden = new Hidden(this.apiSchema, this.supergraphSchema);
    this.#operations = new PlanCache({ maxBytes: options.cacheBytes });
    this.#version = threads?.load(sdl);
  }

  /** What an operation is kept under. */
  keyOf(text: string, operationName: string | null | undefined): string {
    const remembered = this.#keys.get(text);
    if (remembered !== undefined && remembered.operationName === (operationName ?? null))
      return remembered.key;
    // A hash: a key must not hold on to a text.
    return hash('sha256', operationName == null ? text : `${operationName}\u0000${text}`, 'base64');
  }

  /** An operation that was prepared before. */
  find(key: string, client: string): Operation | undefined {
    const known = this.#operations.get(key, client);
    if (known) {
      known.uses++;
      this.#rememberKey(known, key);
    }
    this.options.observe?.lookup(known !== undefined);
    return known;
  }

  #rememberKey({ text, requestedName }: Operation, key: string): void {
    if (text.length > MAX_REMEMBERED_TEXT || this.#keys.has(text)) return;
    if (this.#keys.size >= REMEMBERED_KEYS) this.#keys.delete(this.#keys.keys().next().value!);
    this.#keys.set(text, { operationName: requestedName ?? null, key });
  }

  /**
   * Finds an operation that was prepared before, or parses, validates and plans it, in another thread.
   * @throws OperationRefused, PlanQueueFull; or rejects with them
   */
  prepare(
    text: string,
    operationName?: string | null,
    asker: Asker = OWN,
    key = this.keyOf(text, operationName),
  ): Operation | Promise<Operation> {
    return (
      this.#operations.get(key, asker.client) ?? this.#plan(key, text, operationName, asker, asker.client)
    );
  }

  /** Whether an operation is kept; does not count as a use of it. */
  isPlanned(text: string, operationName?: string | null): boolean {
    return this.#operations.has(this.keyOf(text, operationName));
  }

  /** Prepares the most used operations of the version before, so that a reload does not slow traffic down. */
  async warmFrom(previous: Planner, limit: number): Promise<void> {
    for (const { operation, client } of previous.#operations.mostUsed(limit)) {
      const { text, requestedName, uses } = operation;
      try {
        const planned = await this.#plan(this.keyOf(text, requestedName), text, requestedName, OWN, client);
        // Halved, so that recent use counts for more than earlier use.
        planned.uses = Math.floor(uses / 2);
      } catch {
        // No longer valid: the next client that sends it is told why.
      }
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  get cached(): { readonly operations: number; readonly bytes: number } {
    return { operations: this.#operations.size, bytes: this.#operations.bytes };
  }

  /** It is no longer served, or never was. */
  retire(): void {
    if (this.#version !== undefined) this.threads!.forget(this.#version);
  }

  #plan(
    key: string,
    text: string,
    operationName: string | null | undefined,
    asker: Asker,
    /** The only client that asks for the operation; undefined: several do. */
    owner: string | undefined,
  ): Operation | Promise<Operation> {
    const refused = this.#refused.get(key);
    if (refused) throw refused;
    const done = (answer: PlanAnswer): Operation => {
      this.options.observe?.planned(answer.milliseconds / 1000);
      asker.planned?.(answer.milliseconds);
      return this.#compiled(key, text, operationName, answer, owner);
    };
    if (!this.threads) return done(this.#makeHere(text, operationName));
    const underWay = this.#underWay.get(key);
    if (underWay) return underWay;
    const planned = this.threads
      .make({ version: this.#version!, text, operationName }, asker.client)
      .then(done, (error: unknown) => {
        if (error instanceof OperationRefused) {
          asker.planned?.(this.threads!.limitMs);
          this.#keepRefusal(key, text, error);
        }
        throw error;
      });
    const forget = (): void => void this.#underWay.delete(key);
    this.#underWay.set(key, planned);
    planned.then(forget, forget);
    return planned;
  }

  #makeHere(text: string, operationName: string | null | undefined): PlanAnswer {
    this.#maker ??= new PlanMaker(this.#read, this.options);
    const startedAt = performance.now();
    try {
      const plans = this.#maker.make(text, operationName);
      return { plans, milliseconds: performance.now() - startedAt };
    } catch (error) {
      if (!(error instanceof OperationRefused)) throw error;
      return { refused: error, milliseconds: performance.now() - startedAt };
    }
  }

  #compiled(
    key: string,
    text: string,
    operationName: string | null | undefined,
    answer: PlanAnswer,
    owner: string | undefined,
  ): Operation {
    if ('fault' in answer) throw new Error(`An operation could not be planned: ${answer.fault}`);
    try {
      if ('refused' in answer) throw new OperationRefused(answer.refused.code, answer.refused.errors);
      const { operation, weight } = this.#compile(text, operationName, answer.plans);
      if (operation.isUnresolvable) {
        throw new OperationRefused(
          'OPERATION_NOT_PLANNABLE',
          operation.unresolvable.map((field) => ({ message: unresolvableMessage(field) })),
        );
      }
      this.#operations.set(key, operation, weight, owner);
      return operation;
    } catch (error) {
      if (error instanceof OperationRefused) this.#keepRefusal(key, text, error);
      throw error;
    }
  }

  #keepRefusal(key: string, text: string, refusal: OperationRefused): void {
    if (text.length <= MAX_CACHED_TEXT || refusal.code === 'OPERATION_TOO_COMPLEX')
      this.#refused.set(key, refusal);
  }

  #compile(
    text: string,
    operationName: string | null | undefined,
    plans: Plans,
  ): { operation: Operation; weight: number } {
    // Without locations, and the tokens that they hold on to: an operation is kept for long.
    const document = parseDocument(text, this.options.maxTokens, { noLocation: true });
    const { supergraph, requirements } = this.#read;
    try {
      const { queryPlans, rootFields, moved, variables } = plans;
      const passes = queryPlans.map((one, index) => ({
        rootField: rootFields[index],
        plan: compilePlan(one, this.supergraphSchema, supergraph.subgraphs()),
      }));
      const operation = new Operation(
        text,
        operationName,
        document,
        findOperation(document, operationName),
        this.apiSchema,
        this.#hidden,
        {
          queryPlans: this.options.explain ? queryPlans : [],
          passes,
          names: moved ? requirements.names.withMovedNames(moved) : requirements.names,
          variables,
        },
        { table: this.#costs, listSize: this.options.assumedListSize },
      );
      return { operation, weight: weighOperation(text, document, queryPlans) };
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new OperationRefused('OPERATION_NOT_PLANNABLE', [
        { message: `The operation could not be planned: ${reason}` },
      ]);
    }
  }
}
