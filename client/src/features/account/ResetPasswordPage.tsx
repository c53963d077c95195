import { Link, useNavigate, useSearchParams } from 'react-router';
import { Submit } from '../../components/Submit.js';
import { useForm } from '../../lib/forms.js';
import { sessionStore } from '../../session/session.js';
import { AuthPage } from './AuthPage.js';
import { PasswordField } from './fields.js';
import { useResetPasswordMutation } from './ResetPassword.generated.js';

/** The page that the e-mailed link opens: `?token=…`. */
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
        Has the link expired?{' '}
        <Link to="/forgot-password" className="underline">
          Request a new one
        </Link>
      </p>
    </AuthPage>
  );
}
