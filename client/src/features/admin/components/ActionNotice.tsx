import { ProblemNotice } from '../../../components/ProblemNotice.js';
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
        <ProblemNotice error={problem.error} />
      </div>
    );
  return (
    <div
      role="alert"
      className="mb-4 flex items-start justify-between gap-4 rounded-lg border border-red-300 bg-red-50 p-3 text-sm text-red-900 dark:border-red-800 dark:bg-red-950 dark:text-red-100"
    >
      <p>{problem.message}</p>
      <button type="button" onClick={onDismiss} className="font-medium underline">
        Dismiss
      </button>
    </div>
  );
}
