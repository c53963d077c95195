import { useState } from 'react';
import { Button } from './Button.js';
import { ProblemNotice } from './ProblemNotice.js';

interface LoadMoreProps {
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor?: string | null | undefined };
  readonly load: (after: string) => Promise<unknown>;
  readonly label?: string;
  readonly className?: string;
}

/** Loads the next page of a list while there is one, or shows why it could not. */
export function LoadMore({ pageInfo, load, label = 'Show more', className = 'mt-4' }: LoadMoreProps) {
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<unknown>();
  const after = pageInfo.endCursor;
  if (!pageInfo.hasNextPage || !after) return null;
  const loadNext = async () => {
    setBusy(true);
    try {
      await load(after);
      setProblem(undefined);
    } catch (error) {
      setProblem(error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <div className={className}>
      {problem === undefined ? (
        <div className="text-center">
          <Button look="secondary" isBusy={isBusy} onClick={() => void loadNext()}>
            {label}
          </Button>
        </div>
      ) : (
        <ProblemNotice error={problem} onRetry={loadNext} />
      )}
    </div>
  );
}
