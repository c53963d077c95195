import { Link, Navigate } from 'react-router';
import { Button } from '../../components/Button.js';
import { Field } from '../../components/Field.js';
import { FormNotices } from '../../components/FormNotices.js';
import { useForm } from '../../lib/forms.js';
import { sessionStore, useSession } from '../../lib/session.js';
import { AuthPage } from './AuthPage.js';
import { useNextPage } from './next-page.js';
import { useRegisterMutation } from './Register.generated.js';

export function RegisterPage() {
  const session = useSession();
  const { next, query } = useNextPage();
  const [register] = useRegisterMutation();
  const form = useForm(['name', 'email', 'password'], async (value) => {
    const { data } = await register({
      variables: { input: { name: value('name'), email: value('email'), password: value('password') } },
    });
    if (data?.register.session) sessionStore.set(data.register.session);
    return data?.register.userErrors ?? [];
  });
  if (session) return <Navigate to={next} replace />;
  return (
    <AuthPage
      title="Open an account"
      intro="Your cart comes along, and you can watch your orders as they move."
    >
      <form onSubmit={form.onSubmit} noValidate className="space-y-4">
        <Field label="Name" name="name" autoComplete="name" required error={form.errorOf('name')} />
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
          autoComplete="new-password"
          required
          hint="At least 8 characters."
          error={form.errorOf('password')}
        />
        <FormNotices form={form} />
        <Button type="submit" className="w-full" isBusy={form.isBusy}>
          Open an account
        </Button>
      </form>
      <p className="mt-5 text-sm">
        Have one already?{' '}
        <Link to={`/sign-in${query}`} className="underline">
          Sign in
        </Link>
      </p>
    </AuthPage>
  );
}
