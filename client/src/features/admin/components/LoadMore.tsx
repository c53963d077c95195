import { useState } from 'react';
import { Button } from '../../../components/Button.js';

interface LoadMoreProps {
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor?: string | null | undefined };
  readonly load: (after: string) => Promise<unknown>;
  readonly label?: string;
}

/** Fetches the next page of a list while there is one. */
export function LoadMore({ pageInfo, load, label = 'Show more' }: LoadMoreProps) {
  const [isBusy, setBusy] = useState(false);
  const after = pageInfo.endCursor;
  if (!pageInfo.hasNextPage || !after) return null;
  return (
    <div className="mt-4 text-center">
      <Button
        look="secondary"
        isBusy={isBusy}
        onClick={() => {
          setBusy(true);
          void load(after).finally(() => setBusy(false));
        }}
      >
        {label}
      </Button>
    </div>
  );
}
