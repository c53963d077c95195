import { useState } from 'react';
import { Field } from '../../components/Field.js';
import { Panel } from '../../components/Panel.js';
import { Submit } from '../../components/Submit.js';
import { useForm } from '../../lib/forms.js';
import { usePageTitle } from '../../lib/page-title.js';
import { sessionStore, useSession } from '../../session/session.js';
import { useRequestEmailChangeMutation } from './RequestEmailChange.generated.js';
import { useUpdateProfileMutation } from './UpdateProfile.generated.js';

export function ProfilePage() {
  usePageTitle('Profile');
  return (
    <>
      <h1 className="mb-6 font-display text-3xl">Profile</h1>
      <div className="max-w-xl space-y-6">
        <NameForm />
        <EmailForm />
      </div>
    </>
  );
}

function NameForm() {
  const session = useSession();
  const [update] = useUpdateProfileMutation();
  const [isSaved, setSaved] = useState(false);
  const form = useForm(['name'], async (value) => {
    setSaved(false);
    const { data } = await update({ variables: { input: { name: value('name') } } });
    const user = data?.updateProfile.user;
    const now = sessionStore.get();
    if (user && now) sessionStore.update({ ...now, user });
    setSaved(Boolean(user));
    return data?.updateProfile.userErrors ?? [];
  });
  return (
    <Panel>
      <form onSubmit={form.onSubmit} noValidate className="space-y-4">
        <Field
          label="What should we call you?"
          name="name"
          autoComplete="name"
          required
          defaultValue={session?.user.name}
          error={form.errorOf('name')}
        />
        <Submit form={form} status={isSaved ? 'Saved.' : ''}>
          Save
        </Submit>
      </form>
    </Panel>
  );
}

function EmailForm() {
  const [request] = useRequestEmailChangeMutation();
  const [mailedTo, setMailedTo] = useState<string | null>(null);
  const form = useForm(['newEmail', 'password'], async (value) => {
    const { data } = await request({
      variables: { input: { newEmail: value('newEmail'), password: value('password') } },
    });
    setMailedTo(data?.requestEmailChange.email ?? null);
    return data?.requestEmailChange.userErrors ?? [];
  });
  return (
    <Panel>
      <form onSubmit={form.onSubmit} noValidate className="space-y-4">
        <h2 className="font-display text-xl">Change your e-mail address</h2>
        <Field
          label="New e-mail"
          name="newEmail"
          type="email"
          autoComplete="email"
          required
          error={form.errorOf('newEmail')}
        />
        <Field
          label="Your password"
          name="password"
          type="password"
          autoComplete="current-password"
          required
          error={form.errorOf('password')}
        />
        <Submit
          form={form}
          look="secondary"
          status={
            mailedTo ? `A link is on its way to ${mailedTo}. Until you follow it, nothing changes.` : ''
          }
        >
          E-mail me a link to confirm it
        </Submit>
      </form>
    </Panel>
  );
}
