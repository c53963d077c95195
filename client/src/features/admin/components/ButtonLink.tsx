import type { ReactNode } from 'react';
import { Link } from 'react-router';
import { buttonLook, type Look } from '../../../components/Button.js';

interface ButtonLinkProps {
  readonly to: string;
  readonly look?: Look;
  readonly children: ReactNode;
}

/** A link that looks like a button. */
export function ButtonLink({ to, look = 'primary', children }: ButtonLinkProps) {
  return (
    <Link to={to} className={buttonLook(look)}>
      {children}
    </Link>
  );
}
