import type { SelectHTMLAttributes } from 'react';
import { Labelled, type LabelledProps } from './Labelled.js';

type SelectFieldProps = LabelledProps & SelectHTMLAttributes<HTMLSelectElement>;

export function SelectField({ label, error, hint, className, children, ...select }: SelectFieldProps) {
  return (
    <Labelled {...{ label, error, hint, className }}>
      {(control) => (
        <select {...select} {...control}>
          {children}
        </select>
      )}
    </Labelled>
  );
}
