import { print } from '@apollo/client/utilities';
import { leave } from './leave.js';
import { LogoutDocument } from './Logout.generated.js';
import { sessionStore } from './session.js';

/**
 * Signs out in all tabs of this browser, at once and even if the shop cannot be reached: the tokens are deleted here, and expire
 * in the shop.
 */
export function signOut(): void {
  const session = sessionStore.latest();
  if (!session) return;
  // Not through Apollo, whose requests are aborted here. `keepalive` sends it even if the tab is closed now.
  const logout = fetch('/graphql', {
    method: 'POST',
    keepalive: true,
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body: JSON.stringify({
      query: print(LogoutDocument),
      operationName: 'Logout',
      variables: { input: { refreshToken: session.refreshToken } },
    }),
  });
  leave(session.user.id, { to: '/', last: logout });
}
