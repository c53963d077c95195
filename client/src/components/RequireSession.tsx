import type { ReactNode } from 'react';
import { Navigate, useLocation } from 'react-router';
import { useSession, type Session } from '../person/session.js';

/** Sends guests to sign in first, and back afterwards. */
export function RequireSession({ children }: { readonly children: (session: Session) => ReactNode }) {
  const session = useSession();
  const { pathname, search } = useLocation();
  if (!session) return <Navigate to={`/sign-in?next=${encodeURIComponent(pathname + search)}`} replace />;
  return children(session);
}
