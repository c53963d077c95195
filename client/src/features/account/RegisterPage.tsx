import { Link, Navigate } from 'react-router';
import { Field } from '../../components/Field.js';
import { Submit } from '../../components/Submit.js';
import { useForm } from '../../lib/forms.js';
import { useSendOnce } from '../../lib/use-send-once.js';
import { sessionStore, useSession } from '../../session/session.js';
import { AuthPage } from './AuthPage.js';
import { EmailField, PasswordField } from './fields.js';
import { useNextPage } from './next-page.js';
import { useRegisterMutation } from './Register.generated.js';

export function RegisterPage() {
  const session = useSession();
  const { next, query } = useNextPage();
  const [register] = useRegisterMutation();
  const sendOnce = useSendOnce();
  const form = useForm(['name', 'email', 'password'], async (value) => {
    const input = { name: value('name'), email: value('email'), password: value('password') };
    const { data } = await sendOnce(input, (keyed) => register({ variables: { input: keyed } }));
    if (data?.register.session) sessionStore.signIn(data.register.session);
    return data?.register.userErrors ?? [];
  });
  if (session) return <Navigate to={next} replace />;
  return (
    <AuthPage
      title="Create an account"
      intro="Your cart comes along, and you can watch your orders as they move."
    >
      <form onSubmit={form.onSubmit} noValidate className="space-y-4">
        <Field label="Name" name="name" autoComplete="name" required error={form.errorOf('name')} />
        <EmailField form={form} />
        <PasswordField form={form} isNew />
        <Submit form={form} className="w-full">
          Create an account
        </Submit>
      </form>
      <p className="mt-5 text-sm">
        Already have one?{' '}
        <Link to={`/sign-in${query}`} className="underline">
          Sign in
        </Link>
      </p>
    </AuthPage>
  );
}
