import { Link, useNavigate, useSearchParams } from 'react-router';
import { Submit } from '../../components/Submit.js';
import { useForm } from '../../lib/forms.js';
import { sessionStore } from '../../person/session.js';
import { AuthPage } from './AuthPage.js';
import { PasswordField } from './fields.js';
import { useResetPasswordMutation } from './ResetPassword.generated.js';

/** Where the mailed link leads: `?token=…`. */
export function ResetPasswordPage() {
  const [parameters] = useSearchParams();
  const navigate = useNavigate();
  const [reset] = useResetPasswordMutation();
  const form = useForm(['newPassword'], async (value) => {
    const { data } = await reset({
      variables: { input: { token: parameters.get('token') ?? '', newPassword: value('newPassword') } },
    });
    if (data?.resetPassword.session) {
      if (sessionStore.signIn(data.resetPassword.session, '/account'))
        await navigate('/account', { replace: true });
    }
    return data?.resetPassword.userErrors ?? [];
  });
  return (
    <AuthPage title="Choose a new password" intro="All other devices are signed out.">
      <form onSubmit={form.onSubmit} noValidate className="space-y-4">
        <PasswordField form={form} label="New password" name="newPassword" isNew />
        <Submit form={form} className="w-full">
          Set it and sign in
        </Submit>
      </form>
      <p className="mt-5 text-sm">
        Is the link too old?{' '}
        <Link to="/forgot-password" className="underline">
          Ask for a new one
        </Link>
      </p>
    </AuthPage>
  );
}
