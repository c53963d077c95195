import type { Part, Step, StepGraph } from '../operation/plan.js';
import type { RequestText } from '../operation/request-text.js';
import type { ResponseError } from '../json/response-error.js';
import { failureError, subgraphError, SubgraphFailure } from './errors.js';
import { writeJson } from '../json/exact-number.js';
import { cloneJson, getOwn, isObject, type JsonObject, mergeInto, quote } from '../json/json.js';
import { isPlainJson } from '../json/json-writer.js';
import { collectAt, type ResponsePath } from '../json/path.js';
import { RepresentationList } from '../operation/representations.js';
import {
  entityErrorPaths,
  failedAt,
  onlyPart,
  placesOf,
  renamedBack,
  rootErrorPaths,
  type SlotRun,
} from './slot-run.js';

/** A subgraph's parsed answer. */
export interface SubgraphAnswer {
  readonly data?: unknown;
  readonly errors?: unknown;
  readonly extensions?: unknown;
}

/** `text` is what `answer` was parsed from, `cacheControl` the header that came with it. */
export type FetchCallback = (
  failure: SubgraphFailure | undefined,
  answer: SubgraphAnswer | undefined,
  text?: string,
  cacheControl?: string,
) => void;

/** Sends a step's request to its subgraph. `body` is the whole JSON body. Must call back exactly once. */
export type SubgraphFetch = (
  step: Pick<Step, 'service' | 'kind' | 'numbers'>,
  body: string,
  done: FetchCallback,
) => void;

/**
 * Runs a step graph over `data`, filling it in place. Steps start the moment their dependencies are done;
 * callbacks rather than promises, as this is the inner loop of the gateway.
 */
export class Execution {
  readonly errors: ResponseError[] = [];
  /** Whether all answers were plain JSON; see json-writer.ts. */
  isPlain = true;
  readonly #waiting: number[];
  #open: number;
  readonly #variableTexts = new Map<string, string>();
  /** By root field: objects without a field, from a subgraph whose part of a shared root field was left out. */
  readonly #hollow: JsonObject = {};
  /** Places of root steps that have no data. */
  readonly #failed = new Set<number>();

  constructor(
    private readonly graph: StepGraph,
    private readonly data: JsonObject,
    private readonly variables: JsonObject,
    private readonly fetch: SubgraphFetch,
    private readonly done: () => void,
  ) {
    this.#waiting = graph.steps.map((step) => step.dependencies);
    this.#open = graph.steps.length;
  }

  start(): void {
    if (this.#open === 0) return this.done();
    for (const root of this.graph.roots) this.#run(this.graph.steps[root]!);
  }

  #run(step: Step): void {
    try {
      if (step.isEntities) this.#runEntities(step);
      else this.#runRoot(step);
    } catch (error) {
      this.#fail(step, [], invalid(step, error));
    }
  }

  #finish(step: Step): void {
    this.#open--;
    for (const index of step.dependents) {
      if (--this.#waiting[index]! === 0) this.#run(this.graph.steps[index]!);
    }
    if (this.#open === 0) {
      this.#open = -1;
      this.#addHollow();
      this.done();
    }
  }

  #isActive(part: Part): boolean {
    return part.guards.every(({ variable, expected }) => (this.variables[variable] === true) === expected);
  }

  #runRoot(step: Step): void {
    const part = step.slots[0]![0]!;
    const targets: JsonObject[] = [];
    if (this.#isActive(part)) collectAt(this.data, part.path, targets);
    if (targets.length === 0) return this.#finish(step);
    const body = `${step.texts.get([0]).head}${this.#variablesText([part])}}}`;
    this.fetch(step, body, (failure, answer, text) => {
      if (failure) {
        this.#failed.add(step.index);
        return this.#fail(step, [part], failure);
      }
      this.#note(text);
      try {
        const data = answer!.data;
        this.#addErrors(answer!, step, (path) => rootErrorPaths(this.data, part, path));
        if (!isObject(data)) this.#failed.add(step.index);
        else {
          part.rewriteOutput?.(data);
          this.#setHollowAside(data);
          targets.forEach((target, index) =>
            mergeInto(target, index === 0 ? data : cloneJson(data), this.graph.interfaces),
          );
        }
      } catch (error) {
        return this.#fail(step, [part], invalid(step, error));
      }
      this.#finish(step);
    });
  }

  /**
   * Conditions may leave a subgraph nothing to answer about a shared root field but that it exists. That must not turn
   * into an object full of nulls where the subgraph that was asked for its fields has failed.
   */
  #setHollowAside(data: JsonObject): void {
    for (const key of this.graph.sharedRoots.keys()) {
      const value = getOwn(data, key);
      if (value === undefined || !isHollow(value)) continue;
      Reflect.deleteProperty(data, key);
      mergeInto(this.#hollow, { [key]: value }, this.graph.interfaces);
    }
  }

  #addHollow(): void {
    for (const [key, value] of Object.entries(this.#hollow)) {
      const hasFailed =
        this.errors.some(({ path }) => path?.[0] === key) ||
        this.graph.sharedRoots.get(key)!.some((step) => this.#failed.has(step));
      if (!hasFailed && getOwn(this.data, key) === undefined)
        mergeInto(this.data, { [key]: value }, this.graph.interfaces);
    }
  }

  #runEntities(step: Step): void {
    const runs: SlotRun[] = [];
    step.slots.forEach((parts, slot) => {
      const run = this.#collectSlot(slot, parts);
      if (run.representations.length > 0) runs.push(run);
    });
    if (runs.length === 0) return this.#finish(step);
    this.#sendEntities(step, runs, () => this.#finish(step));
  }

  #sendEntities(step: Step, runs: readonly SlotRun[], sent: () => void): void {
    const text = step.texts.get(runs.map(({ slot }) => slot));
    const parts = runs.flatMap((run) => run.parts.map(({ part }) => part));
    let body = text.head + this.#variablesText(parts);
    runs.forEach((run, index) => {
      const separator = body.endsWith('{') ? '' : ',';
      body += `${separator}${text.slots[index]!.variableKey}[${run.representations.join(',')}]`;
    });
    this.fetch(step, `${body}}}`, (failure, answer, received) => {
      this.#note(received);
      try {
        if (failure) this.#noteFailure(step, parts, failure);
        else if (parts.length > 1 && !isObject(answer!.data) && hasErrors(answer!)) {
          return this.#sendApart(step, runs, sent);
        } else this.#mergeEntities(step, text, runs, answer!);
      } catch (error) {
        this.#noteFailure(step, parts, error instanceof SubgraphFailure ? error : invalid(step, error));
      }
      sent();
    });
  }

  /**
   * A resolver that fails for one entity may null the whole of a subgraph's answer. Merging must not spread that to
   * unrelated parts of the operation: each of them is fetched again on its own.
   */
  #sendApart(step: Step, runs: readonly SlotRun[], sent: () => void): void {
    const single = runs.flatMap((run) => run.parts.map((part) => onlyPart(run, part)));
    let open = single.length;
    for (const run of single) {
      this.#sendEntities(step, [run], () => {
        if (--open === 0) sent();
      });
    }
  }

  /** Finds the entities of a slot's parts and writes each different representation once. */
  #collectSlot(slot: number, parts: readonly Part[]): SlotRun {
    const representations = new RepresentationList();
    const runs: SlotRun['parts'] = [];
    for (const part of parts) {
      if (!this.#isActive(part)) continue;
      const entities: JsonObject[] = [];
      collectAt(this.data, part.path, entities);
      const targets: JsonObject[] = [];
      const indexes: number[] = [];
      const failed = failedAt(this.data, part, this.errors);
      entities.forEach((entity, place) => {
        const index = representations.indexOf(entity, part.represent!, failed?.[place] ?? false);
        if (index < 0) return;
        targets.push(entity);
        indexes.push(index);
      });
      if (targets.length > 0) runs.push({ part, targets, indexes });
    }
    return { slot, parts: runs, representations: representations.texts };
  }

  #mergeEntities(step: Step, text: RequestText, runs: readonly SlotRun[], answer: SubgraphAnswer): void {
    const runByKey = new Map(text.slots.map(({ resultKey }, index) => [resultKey, runs[index]!]));
    this.#addErrors(answer, step, (path) => {
      const run = runByKey.get(String(path[0]));
      if (!run) return undefined;
      if (typeof path[1] === 'number') return entityErrorPaths(this.data, run, path[1], path.slice(2));
      return placesOf(
        this.data,
        run.parts.map(({ part }) => part),
      );
    });
    const data = answer.data;
    if (!isObject(data)) return;
    for (const [resultKey, run] of runByKey) {
      const entities = getOwn(data, resultKey);
      const expected = run.representations.length;
      if (!Array.isArray(entities) || entities.length !== expected) {
        if (entities == null && hasErrors(answer)) continue;
        const got = Array.isArray(entities) ? `${entities.length}` : typeof entities;
        throw new SubgraphFailure(
          'SUBGRAPH_RESPONSE_INVALID',
          `The subgraph "${step.service}" answered with ${got} entities where ${expected} were expected.`,
        );
      }
      this.#mergeSlot(run, entities);
    }
  }

  #mergeSlot(run: SlotRun, entities: unknown[]): void {
    const isRewritten = run.parts[0]!.part.rewriteOutput !== undefined;
    if (isRewritten) {
      for (const { part, targets, indexes } of [run.parts[0]!]) {
        // Rewrites look at the __typename, which the request may not have selected.
        indexes.forEach((index, place) => {
          const entity = entities[index];
          if (isObject(entity) && !entity['__typename']) entity['__typename'] = targets[place]!['__typename'];
        });
        part.rewriteOutput!(entities);
      }
    }
    run.parts.forEach(({ targets, indexes }, place) => {
      // Within one part all selections are the same, so equal entities may share what they got. Another part lies
      // elsewhere in the answer and later fetches may give it other fields: it gets a copy.
      const copies = place === 0 ? undefined : new Map<number, unknown>();
      for (let at = 0; at < targets.length; at++) {
        const index = indexes[at]!;
        let entity = entities[index];
        if (copies) {
          entity = copies.get(index) ?? cloneJson(entity);
          copies.set(index, entity);
        }
        if (isObject(entity)) mergeInto(targets[at]!, entity, this.graph.interfaces);
      }
    });
  }

  #note(text: string | undefined): void {
    if (this.isPlain && (text === undefined || !isPlainJson(text))) this.isPlain = false;
  }

  #variablesText(parts: readonly Part[]): string {
    let text = '';
    const seen = new Set<string>();
    for (const { variables } of parts) {
      for (const name of variables) {
        if (seen.has(name)) continue;
        seen.add(name);
        const value = getOwn(this.variables, name);
        if (value === undefined) continue;
        let written = this.#variableTexts.get(name);
        if (written === undefined) {
          written = `${quote(name)}:${writeJson(value)}`;
          this.#variableTexts.set(name, written);
        }
        text += text === '' ? written : `,${written}`;
      }
    }
    return text;
  }

  #addErrors(
    answer: SubgraphAnswer,
    step: Step,
    locate: (path: ResponsePath) => ResponsePath[] | undefined,
  ): void {
    if (!Array.isArray(answer.errors)) return;
    for (const error of answer.errors) {
      const path: unknown = isObject(error) ? error['path'] : undefined;
      const located = Array.isArray(path)
        ? locate(renamedBack(path as ResponsePath, step.slots[0]![0]!.renamed))
        : undefined;
      if (!located || located.length === 0) this.errors.push(subgraphError(step.service, error, undefined));
      else for (const place of located) this.errors.push(subgraphError(step.service, error, place));
    }
  }

  #fail(step: Step, parts: readonly Part[], failure: SubgraphFailure): void {
    this.#noteFailure(step, parts, failure);
    this.#finish(step);
  }

  #noteFailure(step: Step, parts: readonly Part[], failure: SubgraphFailure): void {
    const places = placesOf(this.data, parts);
    if (places.length === 0) this.errors.push(failureError(step.service, failure, undefined));
    for (const path of places) this.errors.push(failureError(step.service, failure, path));
  }
}

/** Whether a value says no more than that there are objects. */
function isHollow(value: unknown): boolean {
  if (Array.isArray(value)) return value.every((item) => item === null || isHollow(item));
  return isObject(value) && Object.keys(value).every((key) => key === '__typename');
}

function hasErrors({ errors }: SubgraphAnswer): boolean {
  return Array.isArray(errors) && errors.length > 0;
}

function invalid(step: Step, error: unknown): SubgraphFailure {
  const reason = error instanceof Error ? error.message : String(error);
  return new SubgraphFailure(
    'SUBGRAPH_RESPONSE_INVALID',
    `The answer of the subgraph "${step.service}" could not be used: ${reason}`,
  );
}
