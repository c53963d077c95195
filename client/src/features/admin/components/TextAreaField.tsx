import type { TextareaHTMLAttributes } from 'react';
import { Labelled, type LabelledProps } from '../../../components/Labelled.js';

type TextAreaFieldProps = LabelledProps & TextareaHTMLAttributes<HTMLTextAreaElement>;

export function TextAreaField({ label, error, hint, className, rows = 3, ...area }: TextAreaFieldProps) {
  return (
    <Labelled {...{ label, error, hint, className }}>
      {(control) => <textarea rows={rows} {...area} {...control} />}
    </Labelled>
  );
}
