import { useApolloClient } from '@apollo/client/react';
import { lazy, type ComponentType } from 'react';
import { Link, Navigate, Route, Routes } from 'react-router';
import { RequireSession } from '../../components/RequireSession.js';
import { ADMIN_PAGES } from '../../lib/pages.js';
import { teachCache } from './cache.js';
import { AdminLayout } from './AdminLayout.js';
import { PageHeader } from './components/PageHeader.js';
import { StaffOnly } from './StaffOnly.js';

/** A page in its own chunk, by the name of its export. */
function page<Name extends string>(load: () => Promise<Record<Name, ComponentType>>, name: Name) {
  return lazy(async () => ({ default: (await load())[name] }));
}

const pages: Record<(typeof ADMIN_PAGES)[number], ComponentType> = {
  orders: page(() => import('./orders/BoardPage.js'), 'BoardPage'),
  'orders/:id': page(() => import('./orders/OrderPage.js'), 'OrderPage'),
  catalogue: page(() => import('./catalogue/ProductsPage.js'), 'ProductsPage'),
  'catalogue/new': page(() => import('./catalogue/NewProductPage.js'), 'NewProductPage'),
  'catalogue/import': page(() => import('./import/ImportPage.js'), 'ImportPage'),
  'catalogue/categories': page(() => import('./catalogue/CategoriesPage.js'), 'CategoriesPage'),
  'catalogue/categories/new': page(() => import('./catalogue/NewCategoryPage.js'), 'NewCategoryPage'),
  'catalogue/categories/:slug/edit': page(
    () => import('./catalogue/EditCategoryPage.js'),
    'EditCategoryPage',
  ),
  'catalogue/:id': page(() => import('./catalogue/EditProductPage.js'), 'EditProductPage'),
  users: page(() => import('./users/UsersPage.js'), 'UsersPage'),
  webhooks: page(() => import('./webhooks/WebhooksPage.js'), 'WebhooksPage'),
  'webhooks/:id': page(() => import('./webhooks/WebhookPage.js'), 'WebhookPage'),
  mail: page(() => import('./mail/MailPage.js'), 'MailPage'),
  'dead-letters': page(() => import('./dead-letters/DeadLettersPage.js'), 'DeadLettersPage'),
  charts: page(() => import('./charts/ChartsPage.js'), 'ChartsPage'),
};

/** Everything under /admin. The subgraphs protect the data; this only spares other users a page of refusals. */
export function AdminRoutes() {
  teachCache(useApolloClient().cache);
  return (
    <RequireSession>
      {({ user }) =>
        user.role === 'ADMIN' ? (
          <Routes>
            <Route element={<AdminLayout />}>
              <Route index element={<Navigate to="orders" replace />} />
              {ADMIN_PAGES.map((path) => {
                const Page = pages[path];
                return <Route key={path} path={path} element={<Page />} />;
              })}
              <Route
                path="*"
                element={
                  <>
                    <PageHeader title="Page not found" />
                    <Link to="/admin" className="underline">
                      Back to the orders
                    </Link>
                  </>
                }
              />
            </Route>
          </Routes>
        ) : (
          <StaffOnly name={user.name} />
        )
      }
    </RequireSession>
  );
}
