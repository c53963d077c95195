import type { InputHTMLAttributes, Ref } from 'react';
import { Labelled, type LabelledProps } from './Labelled.js';

type FieldProps = LabelledProps &
  InputHTMLAttributes<HTMLInputElement> & { readonly ref?: Ref<HTMLInputElement> | undefined };

export function Field({ label, error, hint, className, ...input }: FieldProps) {
  return (
    <Labelled {...{ label, error, hint, className }} isOptional={input.required === false}>
      {(control) => <input {...input} {...control} />}
    </Labelled>
  );
}
