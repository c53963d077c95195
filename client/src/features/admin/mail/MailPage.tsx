import { ProblemNotice } from '../../../components/ProblemNotice.js';
import { Skeleton } from '../../../components/Skeleton.js';
import { Badge, StatusBadge, words } from '../components/Badge.js';
import { Empty } from '../components/Empty.js';
import { LoadMore } from '../../../components/LoadMore.js';
import { PageHeader } from '../components/PageHeader.js';
import { When } from '../components/When.js';
import { useAdminMailQuery } from './AdminMail.generated.js';

const PAGE_SIZE = 30;

/** What was sent to anybody, with its text. */
export function MailPage() {
  const { data, error, refetch, fetchMore } = useAdminMailQuery({
    variables: { first: PAGE_SIZE },
    fetchPolicy: 'cache-and-network',
  });
  const mail = data?.notifications;
  return (
    <>
      <PageHeader
        title="Sent mail"
        note={mail && `${mail.totalCount} ${mail.totalCount === 1 ? 'message' : 'messages'}, newest first`}
      >
        <button
          type="button"
          onClick={() => void refetch()}
          className="min-h-11 px-2 text-sm font-medium underline"
        >
          Refresh
        </button>
      </PageHeader>
      {error && <ProblemNotice error={error} onRetry={refetch} />}
      {!mail && !error && <Skeleton className="h-96" />}
      {mail?.totalCount === 0 && <Empty title="Nothing has been sent yet" />}
      <ul className="space-y-2">
        {mail?.edges.map(({ node }) => (
          <li key={node.id}>
            <details className="rounded-xl border border-stone-200 bg-white dark:border-stone-800 dark:bg-stone-900">
              <summary className="flex cursor-pointer flex-wrap items-center gap-x-4 gap-y-1 p-4 text-sm">
                <span className="grow basis-60 font-medium">{node.subject}</span>
                <span className="break-all text-stone-600 dark:text-stone-400">{node.to}</span>
                <Badge>{words(node.kind)}</Badge>
                <StatusBadge status={node.status} />
                <When at={node.createdAt} className="text-stone-600 dark:text-stone-400" />
              </summary>
              <div className="border-t border-stone-200 p-4 text-sm dark:border-stone-800">
                {node.failureReason && (
                  <p className="mb-3 text-red-700 dark:text-red-400">
                    The mail server said: {node.failureReason}
                  </p>
                )}
                <p className="max-w-prose break-words whitespace-pre-wrap">{node.text}</p>
                <p className="mt-4 text-stone-600 dark:text-stone-400">
                  {node.sentAt ? (
                    <>
                      Handed to the mail server <When at={node.sentAt} />.
                    </>
                  ) : (
                    'Not handed to the mail server yet.'
                  )}
                </p>
              </div>
            </details>
          </li>
        ))}
      </ul>
      {mail && <LoadMore pageInfo={mail.pageInfo} load={(after) => fetchMore({ variables: { after } })} />}
    </>
  );
}
