import { NavLink, Outlet } from 'react-router';
import { RequireSession } from '../../components/RequireSession.js';
import { signOut } from '../../session/sign-out.js';

const PAGES = [
  ['/account/orders', 'Orders'],
  ['/account/messages', 'Messages'],
  ['/account/profile', 'Profile'],
  ['/account/security', 'Security'],
] as const;

export function AccountLayout() {
  return (
    <RequireSession>
      {({ user }) => (
        <div className="gap-10 lg:grid lg:grid-cols-[13rem_1fr]">
          <div>
            <p className="font-display text-2xl">{user.name}</p>
            <p className="text-sm break-all text-stone-600 dark:text-stone-400">{user.email}</p>
            <nav aria-label="Account" className="my-4 -mx-1 flex flex-wrap gap-1 p-1 lg:flex-col">
              {PAGES.map(([to, label]) => (
                <NavLink
                  key={to}
                  to={to}
                  className={({ isActive }) =>
                    `rounded-lg px-3 py-2 ${isActive ? 'bg-leaf-800 text-white' : 'hover:bg-stone-200/60 dark:hover:bg-stone-800'}`
                  }
                >
                  {label}
                </NavLink>
              ))}
              <SignOut />
            </nav>
          </div>
          <div className="min-w-0">
            <Outlet />
          </div>
        </div>
      )}
    </RequireSession>
  );
}

function SignOut() {
  return (
    <button
      type="button"
      onClick={signOut}
      className="rounded-lg px-3 py-2 text-left whitespace-nowrap hover:bg-stone-200/60 dark:hover:bg-stone-800"
    >
      Sign out
    </button>
  );
}
