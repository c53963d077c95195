import { useState } from 'react';
import { Field } from '../../components/Field.js';
import { Moment } from '../../components/Moment.js';
import { Panel } from '../../components/Panel.js';
import { ProblemNotice } from '../../components/ProblemNotice.js';
import { Skeleton } from '../../components/Skeleton.js';
import { Submit } from '../../components/Submit.js';
import { useForm } from '../../lib/forms.js';
import { usePageTitle } from '../../lib/page-title.js';
import { sessionStore } from '../../session/session.js';
import { useChangePasswordMutation } from './ChangePassword.generated.js';
import { SECURITY_TEXTS } from './security-texts.js';
import { SessionList } from './SessionList.js';
import { useSessionsQuery } from './Sessions.generated.js';

export function SecurityPage() {
  usePageTitle('Security');
  const { data, error, refetch } = useSessionsQuery({ fetchPolicy: 'cache-and-network' });
  const me = data?.me;
  return (
    <>
      <h1 className="mb-6 font-display text-3xl">Security</h1>
      <div className="max-w-2xl space-y-6">
        {error && !me && <ProblemNotice error={error} onRetry={refetch} />}
        {!me && !error && <Skeleton className="h-48" />}
        {me && <SessionList sessions={me.sessions} onChange={() => void refetch()} />}
        <PasswordForm onChange={() => void refetch()} />
        {me && (
          <Panel>
            <h2 className="mb-2 font-display text-xl">Recent activity</h2>
            <ul className="divide-y divide-stone-200 text-sm dark:divide-stone-800">
              {me.securityEvents.nodes.map((event) => (
                <li key={event.id} className="flex flex-wrap justify-between gap-x-4 py-2">
                  <span>
                    {SECURITY_TEXTS[event.type]}
                    <span className="text-stone-600 dark:text-stone-400"> · {event.device}</span>
                  </span>
                  <span className="text-stone-600 dark:text-stone-400">
                    <Moment at={event.occurredAt} />
                  </span>
                </li>
              ))}
            </ul>
          </Panel>
        )}
      </div>
    </>
  );
}

function PasswordForm({ onChange }: { readonly onChange: () => void }) {
  const [change] = useChangePasswordMutation();
  const [isChanged, setChanged] = useState(false);
  const form = useForm(['currentPassword', 'newPassword'], async (value, element) => {
    setChanged(false);
    const { data } = await change({
      variables: {
        input: { currentPassword: value('currentPassword'), newPassword: value('newPassword') },
      },
    });
    const session = data?.changePassword.session;
    if (session) {
      sessionStore.update(session);
      setChanged(true);
      element.reset();
      onChange();
    }
    return data?.changePassword.userErrors ?? [];
  });
  return (
    <Panel>
      <form onSubmit={form.onSubmit} noValidate className="space-y-4">
        <h2 className="font-display text-xl">Password</h2>
        <Field
          label="Current password"
          name="currentPassword"
          type="password"
          autoComplete="current-password"
          required
          error={form.errorOf('currentPassword')}
        />
        <Field
          label="New password"
          name="newPassword"
          type="password"
          autoComplete="new-password"
          required
          hint="At least 8 characters. Other devices are signed out."
          error={form.errorOf('newPassword')}
        />
        <Submit
          form={form}
          look="secondary"
          status={isChanged ? 'Password changed. All other devices are signed out.' : ''}
        >
          Change it
        </Submit>
      </form>
    </Panel>
  );
}
