import type { ReactNode } from 'react';
import { Navigate, useLocation } from 'react-router';
import { useSession, type Session } from '../session/session.js';

/** Sends guests to the sign-in page, and back afterwards. */
export function RequireSession({ children }: { readonly children: (session: Session) => ReactNode }) {
  const session = useSession();
  const { pathname, search } = useLocation();
  if (!session) return <Navigate to={`/sign-in?next=${encodeURIComponent(pathname + search)}`} replace />;
  return children(session);
}
