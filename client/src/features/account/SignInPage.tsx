import { Link, Navigate } from 'react-router';
import { Submit } from '../../components/Submit.js';
import { useForm } from '../../lib/forms.js';
import { sessionStore, useSession } from '../../session/session.js';
import { AuthPage } from './AuthPage.js';
import { EmailField, PasswordField } from './fields.js';
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
    if (data?.login.session) sessionStore.signIn(data.login.session);
    return data?.login.userErrors ?? [];
  });
  if (session) return <Navigate to={next} replace />;
  return (
    <AuthPage title="Sign in">
      <form onSubmit={form.onSubmit} noValidate className="space-y-4">
        <EmailField form={form} />
        <PasswordField form={form} />
        <Submit form={form} className="w-full">
          Sign in
        </Submit>
      </form>
      <p className="mt-5 flex flex-wrap justify-between gap-2 text-sm">
        <Link to={`/register${query}`} className="underline">
          Create an account
        </Link>
        <Link to="/forgot-password" className="underline">
          Forgot your password?
        </Link>
      </p>
    </AuthPage>
  );
}
