import { Button } from '../../../components/Button.js';
import { differences, FIELD_LABELS, type Draft } from './draft.js';

interface ConflictNoticeProps {
  readonly base: Draft;
  readonly mine: Draft;
  readonly theirs: Draft;
  readonly onKeepMine: () => void;
  readonly onTakeTheirs: () => void;
}

/** Another user saved first: shows their changes beside the ones typed here. */
export function ConflictNotice({ base, mine, theirs, onKeepMine, onTakeTheirs }: ConflictNoticeProps) {
  const myChanges = new Map(differences(base, mine).map((each) => [each.field, each.to]));
  const theirChanges = differences(base, theirs);
  return (
    <div
      role="alert"
      data-problem="conflict"
      className="rounded-xl border border-amber-300 bg-amber-50 p-4 text-stone-900 dark:border-amber-700 dark:bg-amber-950 dark:text-amber-50"
    >
      <p className="font-semibold">A colleague changed this product while you were editing it</p>
      <p className="mt-1 text-sm">None of your changes are lost, and none of theirs were overwritten.</p>
      {theirChanges.length === 0 && (
        <p className="mt-1 text-sm">They archived or restored it; its details are the same.</p>
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
        <Button onClick={onKeepMine}>Apply my changes on top</Button>
        <Button look="secondary" onClick={onTakeTheirs}>
          Keep theirs and discard mine
        </Button>
      </div>
    </div>
  );
}
