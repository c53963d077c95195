import type { RequestScope } from '../scope/request-scope.js';
import type { Answer } from './run.js';
import type { Operation } from '../operation/operation.js';

/** A query on its way, and how many wait for its answer. */
interface SharedRun {
  /** Not that of the client who came first: the run goes on when only that one leaves. */
  readonly scope: RequestScope;
  readonly answer: Promise<Answer>;
  waiting: number;
}

/** Equal queries that are under way at the same time run once. */
export class SharedRuns {
  readonly #underWay = new WeakMap<Operation, Map<string, SharedRun>>();
  /** Operations answered by a run that another had begun. */
  joined = 0;

  /**
   * The answer of the run of this operation under `key` that is under way, or of one that `run` begins.
   * @param key equal for requests that may share an answer: caller, variables, and the mutations they must see
   */
  run(
    operation: Operation,
    key: string,
    scope: RequestScope,
    run: (scope: RequestScope) => Promise<Answer>,
  ): Promise<Answer> {
    let runs = this.#underWay.get(operation);
    if (!runs) this.#underWay.set(operation, (runs = new Map<string, SharedRun>()));
    const known = runs.get(key);
    if (known) this.joined++;
    const shared = known ?? begin(runs, key, scope, run);
    shared.waiting++;
    scope.track({
      cancel() {
        if (--shared.waiting > 0) return;
        forget(runs, key, shared);
        shared.scope.cancel();
      },
    });
    return shared.answer;
  }
}

function begin(
  runs: Map<string, SharedRun>,
  key: string,
  first: RequestScope,
  run: (scope: RequestScope) => Promise<Answer>,
): SharedRun {
  const scope = first.fork();
  const shared: SharedRun = { scope, answer: run(scope), waiting: 0 };
  runs.set(key, shared);
  const end = (): void => {
    first.fetches += scope.fetches;
    forget(runs, key, shared);
  };
  shared.answer.then(end, end);
  return shared;
}

function forget(runs: Map<string, SharedRun>, key: string, shared: SharedRun): void {
  if (runs.get(key) === shared) runs.delete(key);
}
