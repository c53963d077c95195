import { useState } from 'react';
import { Button } from '../../../components/Button.js';
import { ProblemNotice } from '../../../components/ProblemNotice.js';
import { Skeleton } from '../../../components/Skeleton.js';
import { ActionNotice } from '../components/ActionNotice.js';
import { Empty } from '../components/Empty.js';
import { Json } from '../components/Json.js';
import { PageHeader } from '../components/PageHeader.js';
import { useAction } from '../components/use-action.js';
import { When } from '../components/When.js';
import { useAdminDeadLettersQuery } from './AdminDeadLetters.generated.js';
import { useAdminReplayDeadLetterMutation } from './AdminReplayDeadLetter.generated.js';

const SHOWN = 100;

/** Events that a service could not handle, to be handed over again once the cause is gone. */
export function DeadLettersPage() {
  const { data, error, refetch } = useAdminDeadLettersQuery({
    variables: { first: SHOWN },
    fetchPolicy: 'cache-and-network',
  });
  const [replay] = useAdminReplayDeadLetterMutation();
  const { run, busy, problem, dismiss } = useAction();
  const [note, setNote] = useState('');
  const letters = data?.deadLetters;

  const hand = (id: string, consumer: string) =>
    run(id, async () => {
      setNote('');
      const { data: answer } = await replay({
        variables: { input: { id } },
        update(cache, { data: now }) {
          if (now?.replayDeadLetter.replayedId) cache.evict({ id: `DeadLetter:${id}` });
        },
      });
      if (answer?.replayDeadLetter.replayedId)
        setNote(`Handed to ${consumer} again. If it fails once more, it comes back here.`);
      return answer?.replayDeadLetter.userErrors;
    });

  return (
    <>
      <PageHeader
        title="Dead letters"
        note="Events that a service could not handle after all its attempts. Fix the cause, then replay them."
      >
        <Button look="secondary" onClick={() => void refetch()}>
          Refresh
        </Button>
      </PageHeader>
      <p role="status" className="text-sm [&:not(:empty)]:mb-4">
        {note}
      </p>
      <ActionNotice problem={problem} onDismiss={dismiss} />
      {error && <ProblemNotice error={error} onRetry={refetch} />}
      {!letters && !error && <Skeleton className="h-40" />}
      {letters?.length === 0 && <Empty title="None. Every event was handled." />}
      <ul className="space-y-3">
        {letters?.map((letter) => (
          <li
            key={letter.id}
            data-letter={letter.id}
            className="rounded-xl border border-stone-200 bg-white p-4 dark:border-stone-800 dark:bg-stone-900"
          >
            <div className="flex flex-wrap items-center gap-x-4 gap-y-2 text-sm">
              <span className="font-mono font-semibold">{letter.eventType ?? 'no valid event'}</span>
              <span>for {letter.consumer}</span>
              <span className="text-stone-600 dark:text-stone-400">
                given up <When at={letter.failedAt} /> after {letter.attempts}{' '}
                {letter.attempts === 1 ? 'try' : 'tries'}
              </span>
              <Button
                look="secondary"
                className="ml-auto text-sm"
                isBusy={busy === letter.id}
                onClick={() => void hand(letter.id, letter.consumer)}
              >
                Replay
              </Button>
            </div>
            <p className="mt-2 text-sm break-words whitespace-pre-line">{letter.reason}</p>
            <details className="mt-2 text-sm">
              <summary className="min-h-8 cursor-pointer py-1">Event content</summary>
              <Json text={letter.event} label={`Event ${letter.id}`} />
            </details>
          </li>
        ))}
      </ul>
      {letters?.length === SHOWN && (
        <p className="mt-4 text-sm text-stone-600 dark:text-stone-400">The newest {SHOWN} are shown.</p>
      )}
    </>
  );
}
