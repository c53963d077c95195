import { useState } from 'react';
import { useNavigate, useParams } from 'react-router';
import { Button } from '../../../components/Button.js';
import { ProblemNotice } from '../../../components/ProblemNotice.js';
import { Skeleton } from '../../../components/Skeleton.js';
import { ActionNotice } from '../components/ActionNotice.js';
import { Badge } from '../components/Badge.js';
import { Dialog } from '../components/Dialog.js';
import { Empty } from '../components/Empty.js';
import { LoadMore } from '../../../components/LoadMore.js';
import { PageHeader } from '../components/PageHeader.js';
import { useAction } from '../components/use-action.js';
import { useAdminDeleteWebhookMutation } from './AdminDeleteWebhook.generated.js';
import { useAdminRedeliverWebhookMutation } from './AdminRedeliverWebhook.generated.js';
import { useAdminRotateWebhookSecretMutation } from './AdminRotateWebhookSecret.generated.js';
import { useAdminSetWebhookActiveMutation } from './AdminSetWebhookActive.generated.js';
import { useAdminWebhookQuery } from './AdminWebhook.generated.js';
import { Delivery } from './Delivery.js';
import { SecretDialog } from './SecretDialog.js';

const PAGE_SIZE = 20;
const MOST = 100;
const POLL_MS = 2_000;

/** One webhook with all that was sent to it. */
export function WebhookPage() {
  const id = useParams()['id']!;
  const navigate = useNavigate();
  // Reloads everything that is shown, so that older pages stay; the API returns up to a hundred at once.
  const [first, setFirst] = useState(PAGE_SIZE);
  const { data, error, refetch, fetchMore } = useAdminWebhookQuery({
    variables: { id, first: Math.min(first, MOST) },
    fetchPolicy: 'cache-and-network',
    // There is no stream of deliveries.
    pollInterval: first > MOST ? 0 : POLL_MS,
    skipPollAttempt: () => document.hidden,
  });
  const [secret, setSecret] = useState<string>();
  const [isDeleting, setDeleting] = useState(false);
  const { run, busy, problem, dismiss } = useAction();
  const [rotate] = useAdminRotateWebhookSecretMutation();
  const [setActive] = useAdminSetWebhookActiveMutation();
  const [remove] = useAdminDeleteWebhookMutation();
  const [redeliver] = useAdminRedeliverWebhookMutation();
  const webhook = data?.webhook;
  const input = { webhookId: id };

  if (!webhook) {
    if (error) return <ProblemNotice error={error} onRetry={refetch} />;
    return data ? <Empty title="Webhook not found" /> : <Skeleton className="h-96" />;
  }
  const { deliveries } = webhook;
  return (
    <>
      <PageHeader
        back={['Webhooks', '/admin/webhooks']}
        title={new URL(webhook.url).host}
        note={
          <>
            <Badge tone={webhook.isActive ? 'good' : 'bad'}>{webhook.isActive ? 'Active' : 'Disabled'}</Badge>{' '}
            <span className="break-all">{webhook.url}</span>
            <span className="block text-sm">{webhook.eventTypes.join(', ')}</span>
            {webhook.disabledReason && <span className="block text-sm">{webhook.disabledReason}</span>}
          </>
        }
      >
        <Button
          look="secondary"
          isBusy={busy === 'active'}
          onClick={() =>
            void run('active', async () => {
              const isActive = !webhook.isActive;
              const { data: answer } = await setActive({
                variables: { input: { ...input, isActive } },
                optimisticResponse: {
                  setWebhookActive: {
                    __typename: 'WebhookPayload',
                    webhook: { ...webhook, isActive, disabledReason: null },
                    userErrors: [],
                  },
                } as never,
              });
              return answer?.setWebhookActive.userErrors;
            })
          }
        >
          {webhook.isActive ? 'Disable' : 'Enable'}
        </Button>
        <Button
          look="secondary"
          isBusy={busy === 'rotate'}
          onClick={() =>
            void run('rotate', async () => {
              const { data: answer } = await rotate({ variables: { input } });
              if (answer?.rotateWebhookSecret.secret) setSecret(answer.rotateWebhookSecret.secret);
              return answer?.rotateWebhookSecret.userErrors;
            })
          }
        >
          New secret
        </Button>
        <Button look="secondary" onClick={() => setDeleting(true)}>
          Delete …
        </Button>
      </PageHeader>
      <ActionNotice problem={problem} onDismiss={dismiss} />
      <h2 className="mb-3 text-lg font-semibold">
        Deliveries{' '}
        <span className="text-sm font-normal text-stone-600 dark:text-stone-400">
          {deliveries.totalCount}
        </span>
      </h2>
      {deliveries.totalCount === 0 && (
        <Empty title="Nothing has been sent yet">The next event it subscribes to appears here.</Empty>
      )}
      <ul className="space-y-3">
        {deliveries.edges.map(({ node }) => (
          <Delivery
            key={node.id}
            delivery={node}
            isBusy={busy === node.id}
            onRedeliver={() =>
              void run(node.id, async () => {
                const { data: answer } = await redeliver({ variables: { input: { deliveryId: node.id } } });
                return answer?.redeliverWebhook.userErrors;
              })
            }
          />
        ))}
      </ul>
      <LoadMore
        pageInfo={deliveries.pageInfo}
        load={(after) =>
          fetchMore({ variables: { after, first: PAGE_SIZE } }).then(() =>
            setFirst(deliveries.edges.length + PAGE_SIZE),
          )
        }
      />
      {secret && <SecretDialog secret={secret} onClose={() => setSecret(undefined)} />}
      {isDeleting && (
        <Dialog title="Delete this webhook?" onClose={() => setDeleting(false)}>
          <p>Its delivery log goes with it. Nothing more is sent to {new URL(webhook.url).host}.</p>
          <div className="mt-6 flex flex-wrap justify-end gap-3">
            <Button look="secondary" onClick={() => setDeleting(false)}>
              Keep it
            </Button>
            <Button
              look="danger"
              isBusy={busy === 'delete'}
              onClick={() =>
                void run('delete', async () => {
                  const { data: answer } = await remove({ variables: { input } });
                  return answer?.deleteWebhook.userErrors;
                }).then((isDone) => {
                  setDeleting(false);
                  if (isDone) void navigate('/admin/webhooks');
                })
              }
            >
              Delete
            </Button>
          </div>
        </Dialog>
      )}
    </>
  );
}
