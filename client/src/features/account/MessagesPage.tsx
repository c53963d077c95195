import { LoadMore } from '../../components/LoadMore.js';
import { Moment } from '../../components/Moment.js';
import { Panel } from '../../components/Panel.js';
import { ProblemNotice } from '../../components/ProblemNotice.js';
import { Skeleton } from '../../components/Skeleton.js';
import { usePageTitle } from '../../lib/page-title.js';
import { useNotificationsQuery } from './Notifications.generated.js';

const PAGE_SIZE = 20;

/** The user's e-mails. */
export function MessagesPage() {
  usePageTitle('Messages');
  const { data, loading, error, refetch, fetchMore } = useNotificationsQuery({
    variables: { first: PAGE_SIZE },
    errorPolicy: 'all',
    fetchPolicy: 'cache-and-network',
  });
  const list = data?.me?.notifications;
  return (
    <>
      <h1 className="mb-6 font-display text-3xl">Messages</h1>
      {error && !list && <ProblemNotice error={error} onRetry={refetch} />}
      {!list && loading && <Skeleton className="h-64" />}
      {list?.totalCount === 0 && (
        <Panel className="py-16 text-center">
          <p>Nothing yet. Our e-mails about your orders also appear here.</p>
        </Panel>
      )}
      <ul className="space-y-3">
        {list?.edges.map(({ node }) => (
          <li key={node.id}>
            <details className="rounded-2xl border border-stone-200 bg-white dark:border-stone-800 dark:bg-stone-900">
              <summary className="flex cursor-pointer flex-wrap justify-between gap-x-4 gap-y-1 p-4">
                <span className="font-medium">{node.subject}</span>
                <span className="text-sm text-stone-600 dark:text-stone-400">
                  {node.status === 'FAILED' && 'not delivered · '}
                  <Moment at={node.createdAt} />
                </span>
              </summary>
              <p className="border-t border-stone-200 p-4 text-sm break-words whitespace-pre-line dark:border-stone-800">
                {node.text}
              </p>
            </details>
          </li>
        ))}
      </ul>
      {list && (
        <LoadMore
          className="mt-6"
          pageInfo={list.pageInfo}
          load={(after) => fetchMore({ variables: { after } })}
          label="Show older"
        />
      )}
    </>
  );
}
