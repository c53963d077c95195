import { parentPort, workerData } from 'node:worker_threads';
import { OperationRefused } from './document.js';
import { PlanMaker, type PlanRules, readSupergraph } from './plan-maker.js';
import type { PlanAnswer, PlanOrder, PlanQuestion } from './plan-threads.js';

// A thread that plans: everything whose time a client decides, kept off the event loop. See plan-threads.ts.
const rules = workerData as PlanRules;
const makers = new Map<number, PlanMaker>();

function answer({ version, text, operationName }: PlanQuestion): PlanAnswer {
  const startedAt = performance.now();
  const milliseconds = (): number => performance.now() - startedAt;
  try {
    const plans = makers.get(version)!.make(text, operationName);
    return { plans, milliseconds: milliseconds() };
  } catch (error) {
    if (error instanceof OperationRefused)
      return { refused: { code: error.code, errors: error.errors }, milliseconds: milliseconds() };
    return { fault: String(error), milliseconds: milliseconds() };
  }
}

function follow(order: PlanOrder): PlanAnswer | 'loaded' | undefined {
  if ('plan' in order) return answer(order.plan);
  if ('forget' in order) return void makers.delete(order.forget);
  makers.set(order.load.version, new PlanMaker(readSupergraph(order.load.sdl), rules));
  return 'loaded';
}

parentPort!.on('message', (order: PlanOrder) => {
  const done = follow(order);
  if (done) parentPort!.postMessage(done);
});
