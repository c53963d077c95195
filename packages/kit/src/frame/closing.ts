/** What a subgraph closes, in order: nothing loses what it still needs. */
const STEPS = [
  'server',
  'subscription',
  'before workers',
  'workers',
  'relay',
  'connections',
  'resources',
  'store',
] as const;
type Step = (typeof STEPS)[number];

export interface Closing {
  add(step: Step, close: () => unknown): void;
  /**
   * Closes everything once; within a step the newest first.
   * @throws AggregateError when all steps are done, if some failed
   */
  close(): Promise<void>;
}

export function createClosing(): Closing {
  const steps = new Map<Step, (() => unknown)[]>(STEPS.map((step) => [step, []]));
  let closed: Promise<void> | undefined;

  async function closeAll(): Promise<void> {
    const errors: unknown[] = [];
    for (const step of STEPS)
      for (const close of steps.get(step)!.toReversed()) {
        try {
          await close();
        } catch (error) {
          errors.push(error);
        }
      }
    if (errors.length > 0) throw new AggregateError(errors, 'Could not close everything');
  }

  return {
    add: (step, close) => void steps.get(step)!.push(close),
    close: () => (closed ??= closeAll()),
  };
}
