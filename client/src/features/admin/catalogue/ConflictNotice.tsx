import { Button } from '../../../components/Button.js';
import { differences, FIELD_LABELS, type Draft } from './draft.js';

interface ConflictNoticeProps {
  readonly base: Draft;
  readonly mine: Draft;
  readonly theirs: Draft;
  readonly onKeepMine: () => void;
  readonly onTakeTheirs: () => void;
}

/** Somebody else was faster: what they changed, beside what I have typed. */
export function ConflictNotice({ base, mine, theirs, onKeepMine, onTakeTheirs }: ConflictNoticeProps) {
  const myChanges = new Map(differences(base, mine).map((each) => [each.field, each.to]));
  const theirChanges = differences(base, theirs);
  return (
    <div
      role="alert"
      data-problem="conflict"
      className="rounded-xl border border-amber-300 bg-amber-50 p-4 text-stone-900 dark:border-amber-700 dark:bg-amber-950 dark:text-amber-50"
    >
      <p className="font-semibold">A colleague changed this product while you were at it</p>
      <p className="mt-1 text-sm">Nothing of yours is lost, and nothing of theirs was overwritten.</p>
      {theirChanges.length === 0 && (
        <p className="mt-1 text-sm">They archived it or put it back; what is written about it is the same.</p>
      )}
      <dl className="mt-3 space-y-3 text-sm">
        {theirChanges.map(({ field, from, to }) => (
          <div key={field}>
            <dt className="font-semibold">{FIELD_LABELS[field]}</dt>
            <dd className="break-words">
              Theirs: “{to}”
              {myChanges.has(field) ? <> · yours: “{myChanges.get(field)}”</> : <> · before: “{from}”</>}
            </dd>
          </div>
        ))}
      </dl>
      <div className="mt-4 flex flex-wrap gap-3">
        <Button onClick={onKeepMine}>Put my changes on top</Button>
        <Button look="secondary" onClick={onTakeTheirs}>
          Take theirs and drop mine
        </Button>
      </div>
    </div>
  );
}
