import { useState } from 'react';
import { Link } from 'react-router';
import { Button } from '../../../components/Button.js';
import { ProblemNotice } from '../../../components/ProblemNotice.js';
import { Skeleton } from '../../../components/Skeleton.js';
import { Badge } from '../components/Badge.js';
import { Empty } from '../components/Empty.js';
import { PageHeader } from '../components/PageHeader.js';
import { When } from '../components/When.js';
import { useAdminWebhooksQuery } from './AdminWebhooks.generated.js';
import { CreateWebhookDialog } from './CreateWebhookDialog.js';
import { SecretDialog } from './SecretDialog.js';

export function WebhooksPage() {
  const { data, error, refetch } = useAdminWebhooksQuery({ fetchPolicy: 'cache-and-network' });
  const [isCreating, setCreating] = useState(false);
  const [secret, setSecret] = useState<string>();
  return (
    <>
      <PageHeader title="Webhooks" note="Outside addresses that are notified of events in the shop.">
        <Button onClick={() => setCreating(true)} disabled={!data?.webhookEventTypes}>
          New webhook
        </Button>
      </PageHeader>
      {error && <ProblemNotice error={error} onRetry={refetch} />}
      {!data && !error && <Skeleton className="h-40" />}
      {data?.webhooks?.length === 0 && (
        <Empty title="No webhooks yet">
          Create one, and its address receives a signed POST for each event it subscribes to.
        </Empty>
      )}
      <ul className="grid gap-4 md:grid-cols-2">
        {data?.webhooks?.map((webhook) => (
          <li
            key={webhook.id}
            className="rounded-2xl border border-stone-200 bg-white p-5 dark:border-stone-800 dark:bg-stone-900"
          >
            <div className="flex items-start justify-between gap-3">
              <Link
                to={`/admin/webhooks/${webhook.id}`}
                className="min-w-0 font-medium break-all hover:underline"
              >
                {webhook.url}
              </Link>
              <Badge tone={webhook.isActive ? 'good' : 'bad'}>
                {webhook.isActive ? 'Active' : 'Disabled'}
              </Badge>
            </div>
            {webhook.disabledReason && <p className="mt-2 text-sm">{webhook.disabledReason}</p>}
            <p className="mt-2 text-sm text-stone-600 dark:text-stone-400">
              {webhook.eventTypes.join(', ')} · since <When at={webhook.createdAt} />
            </p>
          </li>
        ))}
      </ul>
      {isCreating && data?.webhookEventTypes && (
        <CreateWebhookDialog
          eventTypes={data.webhookEventTypes}
          onClose={() => setCreating(false)}
          onCreated={(made) => {
            setCreating(false);
            setSecret(made);
            void refetch();
          }}
        />
      )}
      {secret && <SecretDialog secret={secret} onClose={() => setSecret(undefined)} />}
    </>
  );
}
