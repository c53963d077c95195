import { serializeQueryPlan } from '@apollo/query-planner';
import type { Prepared } from './admission/admission.js';
import type { Answer } from './execution/run.js';

export interface ExtensionOptions {
  /** Whether `extensions: { explain: true }` shows plans. For development: plans tell how the graph is built. */
  readonly explain: boolean;
  /** 0 for no limit; shown beside the costs. */
  readonly maxCost: number;
}

/** Adds what a request asks for in its own extensions: `{ "explain": true }` the plan, `{ "cost": true }` the costs. */
export function addExtensions(
  answer: Answer,
  { operation, cost, extensions }: Prepared,
  options: ExtensionOptions,
): Answer {
  const isExplained = options.explain && extensions['explain'] === true;
  if (!isExplained && extensions['cost'] !== true) return answer;
  const added = {
    ...(extensions['cost'] === true && {
      cost: {
        estimated: cost,
        actual: operation.actualCost(JSON.parse(answer.data)),
        ...(options.maxCost > 0 && { max: options.maxCost }),
      },
    }),
    ...(isExplained && {
      explain: {
        plan: operation.queryPlans.map((plan) => serializeQueryPlan(plan)).join('\n'),
        requests: operation.steps.map((step) => ({
          subgraph: step.service,
          query: step.texts.describe(),
          then: step.dependents,
        })),
      },
    }),
  };
  return { ...answer, text: `${answer.text.slice(0, -1)},"extensions":${JSON.stringify(added)}}` };
}
