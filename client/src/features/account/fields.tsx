import { Field } from '../../components/Field.js';
import type { FormState } from '../../lib/forms.js';

/** The address for signing in; browsers fill it in. */
export function EmailField({ form }: { readonly form: FormState }) {
  return (
    <Field
      label="E-mail"
      name="email"
      type="email"
      autoComplete="username"
      required
      error={form.errorOf('email')}
    />
  );
}

interface PasswordFieldProps {
  readonly form: FormState;
  readonly label?: string;
  readonly name?: string;
  /** Whether it is a new password, not the current one. */
  readonly isNew?: boolean;
}

export function PasswordField({ form, label = 'Password', name = 'password', isNew }: PasswordFieldProps) {
  return (
    <Field
      label={label}
      name={name}
      type="password"
      autoComplete={isNew ? 'new-password' : 'current-password'}
      required
      hint={isNew ? 'At least 8 characters.' : undefined}
      error={form.errorOf(name)}
    />
  );
}
