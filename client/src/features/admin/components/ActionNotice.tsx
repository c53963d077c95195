import { ProblemNotice } from '../../../components/ProblemNotice.js';
import { Refusal } from '../../../components/Refusal.js';
import type { ActionProblem } from './use-action.js';

/** Why the last thing that was clicked was not done. */
export function ActionNotice({
  problem,
  onDismiss,
}: {
  readonly problem: ActionProblem | undefined;
  readonly onDismiss: () => void;
}) {
  if (!problem) return null;
  if (problem.kind === 'error')
    return (
      <div className="mb-4">
        <ProblemNotice error={problem.error} isAction />
      </div>
    );
  return (
    <Refusal className="mb-4 flex items-start justify-between gap-4">
      <p>{problem.message}</p>
      <button type="button" onClick={onDismiss} className="font-medium underline">
        Dismiss
      </button>
    </Refusal>
  );
}
