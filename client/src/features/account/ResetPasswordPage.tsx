import { Link, useNavigate, useSearchParams } from 'react-router';
import { Button } from '../../components/Button.js';
import { Field } from '../../components/Field.js';
import { FormNotices } from '../../components/FormNotices.js';
import { useForm } from '../../lib/forms.js';
import { sessionStore } from '../../lib/session.js';
import { AuthPage } from './AuthPage.js';
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
      sessionStore.set(data.resetPassword.session);
      await navigate('/account', { replace: true });
    }
    return data?.resetPassword.userErrors ?? [];
  });
  return (
    <AuthPage title="Choose a new password" intro="All other devices are signed out.">
      <form onSubmit={form.onSubmit} noValidate className="space-y-4">
        <Field
          label="New password"
          name="newPassword"
          type="password"
          autoComplete="new-password"
          required
          hint="At least 8 characters."
          error={form.errorOf('newPassword')}
        />
        <FormNotices form={form} />
        <Button type="submit" className="w-full" isBusy={form.isBusy}>
          Set it and sign in
        </Button>
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
