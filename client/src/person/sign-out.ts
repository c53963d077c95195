import { print } from '@apollo/client/utilities';
import { leave } from './leave.js';
import { LogoutDocument } from './Logout.generated.js';
import { sessionStore } from './session.js';

/**
 * Signs out here and in all tabs of this browser, at once and even if the shop cannot be told: the tokens are forgotten
 * here, and expire there.
 */
export function signOut(): void {
  const session = sessionStore.latest();
  if (!session) return;
  // Not by Apollo, whose requests end here. `keepalive`: it is sent even if the tab is closed now.
  const told = fetch('/graphql', {
    method: 'POST',
    keepalive: true,
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body: JSON.stringify({
      query: print(LogoutDocument),
      operationName: 'Logout',
      variables: { input: { refreshToken: session.refreshToken } },
    }),
  });
  leave(session.user.id, { to: '/', last: told });
}
