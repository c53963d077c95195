import { useState } from 'react';
import { Link } from 'react-router';
import { Submit } from '../../components/Submit.js';
import { useForm } from '../../lib/forms.js';
import { AuthPage } from './AuthPage.js';
import { EmailField } from './fields.js';
import { useRequestPasswordResetMutation } from './RequestPasswordReset.generated.js';

export function ForgotPasswordPage() {
  const [request] = useRequestPasswordResetMutation();
  const [mailedTo, setMailedTo] = useState<string | null>(null);
  const form = useForm(['email'], async (value) => {
    const { data } = await request({ variables: { input: { email: value('email') } } });
    if (data?.requestPasswordReset.isAccepted) setMailedTo(value('email').trim());
    return data?.requestPasswordReset.userErrors ?? [];
  });
  if (mailedTo) {
    return (
      <AuthPage title="Check your e-mail">
        <p role="status">
          If there is an account for <strong>{mailedTo}</strong>, a link to choose a new password is on its
          way. It works once, for 30 minutes.
        </p>
        <Link to="/sign-in" className="mt-4 inline-block underline">
          Back to sign-in
        </Link>
      </AuthPage>
    );
  }
  return (
    <AuthPage title="Forgot your password?" intro="We will e-mail you a link to choose a new one.">
      <form onSubmit={form.onSubmit} noValidate className="space-y-4">
        <EmailField form={form} />
        <Submit form={form} className="w-full">
          E-mail me a link
        </Submit>
      </form>
    </AuthPage>
  );
}
