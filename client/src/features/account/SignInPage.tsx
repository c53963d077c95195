import { Link, Navigate } from 'react-router';
import { Button } from '../../components/Button.js';
import { Field } from '../../components/Field.js';
import { FormNotices } from '../../components/FormNotices.js';
import { useForm } from '../../lib/forms.js';
import { sessionStore, useSession } from '../../lib/session.js';
import { AuthPage } from './AuthPage.js';
import { useLoginMutation } from './Login.generated.js';
import { useNextPage } from './next-page.js';

export function SignInPage() {
  const session = useSession();
  const { next, query } = useNextPage();
  const [login] = useLoginMutation();
  const form = useForm(['email', 'password'], async (value) => {
    const { data } = await login({
      variables: { input: { email: value('email'), password: value('password') } },
    });
    if (data?.login.session) sessionStore.set(data.login.session);
    return data?.login.userErrors ?? [];
  });
  if (session) return <Navigate to={next} replace />;
  return (
    <AuthPage title="Sign in">
      <form onSubmit={form.onSubmit} noValidate className="space-y-4">
        <Field
          label="E-mail"
          name="email"
          type="email"
          autoComplete="username"
          required
          error={form.errorOf('email')}
        />
        <Field
          label="Password"
          name="password"
          type="password"
          autoComplete="current-password"
          required
          error={form.errorOf('password')}
        />
        <FormNotices form={form} />
        <Button type="submit" className="w-full" isBusy={form.isBusy}>
          Sign in
        </Button>
      </form>
      <p className="mt-5 flex flex-wrap justify-between gap-2 text-sm">
        <Link to={`/register${query}`} className="underline">
          Open an account
        </Link>
        <Link to="/forgot-password" className="underline">
          Forgot your password?
        </Link>
      </p>
    </AuthPage>
  );
}
