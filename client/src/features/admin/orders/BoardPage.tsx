import { ProblemNotice } from '../../../components/ProblemNotice.js';
import { Skeleton } from '../../../components/Skeleton.js';
import type { OrderStatus } from '../../../generated/schema.js';
import { ActionNotice } from '../components/ActionNotice.js';
import { words } from '../components/Badge.js';
import { LiveBadge } from '../components/LiveBadge.js';
import { LoadMore } from '../../../components/LoadMore.js';
import { PageHeader } from '../components/PageHeader.js';
import { STATUSES } from './board.js';
import type { BoardColumnFragment } from './BoardColumn.generated.js';
import type { BoardOrderFragment } from './BoardOrder.generated.js';
import { FindOrder } from './FindOrder.js';
import { OrderCard } from './OrderCard.js';
import { PAGE, useBoard } from './use-board.js';
import { useMoving } from './use-moving.js';

/** All orders by status, moving as events arrive. */
export function BoardPage() {
  const { board, error, refetch, loadPage } = useBoard();
  const { ask, dialog, problem, dismiss } = useMoving();
  return (
    <>
      <PageHeader title="Orders">
        <FindOrder />
        <LiveBadge />
      </PageHeader>
      <ActionNotice problem={problem} onDismiss={dismiss} />
      {error && (
        <div className="mb-4">
          <ProblemNotice error={error} onRetry={refetch} />
        </div>
      )}
      {/* On a narrow screen a column fills it; a swipe shows the next one. */}
      <div className="relative -mx-4 flex snap-x snap-mandatory gap-4 overflow-x-auto px-4 pb-4 xl:grid xl:grid-cols-5 xl:gap-3">
        {STATUSES.map((status) => (
          <Column
            key={status}
            status={status}
            column={board?.[status]}
            isLoading={!board && !error}
            onMove={ask}
            onLoad={(after) => loadPage({ variables: { ...PAGE, after, status } })}
          />
        ))}
      </div>
      {dialog}
    </>
  );
}

function Column(props: {
  readonly status: OrderStatus;
  readonly column: BoardColumnFragment | null | undefined;
  readonly isLoading: boolean;
  readonly onMove: (order: BoardOrderFragment, status: OrderStatus) => void;
  readonly onLoad: (after: string) => Promise<unknown>;
}) {
  const { status, column } = props;
  const id = `column-${status}`;
  return (
    <section
      aria-labelledby={id}
      data-column={status}
      className="w-[calc(100vw-4rem)] shrink-0 snap-center sm:w-72 xl:w-auto xl:min-w-0"
    >
      <h2
        id={id}
        className="mb-3 flex items-baseline justify-between border-b-2 border-stone-300 pb-1 font-semibold dark:border-stone-700"
      >
        {words(status)}
        {column && (
          <span className="text-sm font-normal text-stone-600 tabular-nums dark:text-stone-400">
            {column.totalCount}
            <span className="sr-only"> orders</span>
          </span>
        )}
      </h2>
      {/* Only focusable elements can be scrolled by keyboard. */}
      <div
        role="region"
        aria-label={`${words(status)} orders`}
        tabIndex={0}
        className="relative max-h-[70vh] space-y-2 overflow-y-auto p-0.5"
      >
        {props.isLoading && [1, 2, 3].map((each) => <Skeleton key={each} className="h-32" />)}
        {column?.edges.map(({ node }) => (
          <OrderCard key={node.id} order={node} onMove={props.onMove} />
        ))}
        {column?.edges.length === 0 && (
          <p className="rounded-xl border border-dashed border-stone-300 p-4 text-center text-sm text-stone-600 dark:border-stone-700 dark:text-stone-400">
            None
          </p>
        )}
        {column && <LoadMore pageInfo={column.pageInfo} load={props.onLoad} label="Show older" />}
      </div>
    </section>
  );
}
