import { Field } from '../../components/Field.js';
import type { FormState } from '../../lib/forms.js';

/** The address somebody signs in with; browsers fill it from what they keep. */
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
  /** One that is being chosen, rather than one that is known already. */
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
