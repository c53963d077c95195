import { useState } from 'react';
import { Link, useSearchParams } from 'react-router';
import { Button } from '../../components/Button.js';
import { FormNotices } from '../../components/FormNotices.js';
import { useForm } from '../../lib/forms.js';
import { sessionStore } from '../../session/session.js';
import { AuthPage } from './AuthPage.js';
import { useConfirmEmailChangeMutation } from './ConfirmEmailChange.generated.js';

/** The page that the e-mailed link opens: `?token=…`. Confirmed by a click, because mail programs open links to check them. */
export function ConfirmEmailPage() {
  const [parameters] = useSearchParams();
  const [confirm] = useConfirmEmailChangeMutation();
  const [email, setEmail] = useState<string | null>(null);
  const form = useForm([], async () => {
    const { data } = await confirm({ variables: { input: { token: parameters.get('token') ?? '' } } });
    const payload = data?.confirmEmailChange;
    const session = sessionStore.get();
    if (payload?.user && session?.user.id === payload.user.id)
      sessionStore.update({ ...session, user: payload.user });
    if (payload?.email) setEmail(payload.email);
    return payload?.userErrors ?? [];
  });
  return (
    <AuthPage title="Confirm your new address">
      {email ? (
        <>
          <p role="status">
            You now sign in and receive e-mail with <strong>{email}</strong>.
          </p>
          <Link to="/account/profile" className="mt-4 inline-block underline">
            To your profile
          </Link>
        </>
      ) : (
        <form onSubmit={form.onSubmit} className="space-y-4">
          <p>It becomes the address of your account.</p>
          <FormNotices form={form} />
          <Button type="submit" className="w-full" isBusy={form.isBusy}>
            Confirm it
          </Button>
        </form>
      )}
    </AuthPage>
  );
}
