import { useApolloClient } from '@apollo/client/react';
import { lazy, type ComponentType } from 'react';
import { Link, Navigate, Route, Routes } from 'react-router';
import { RequireSession } from '../../components/RequireSession.js';
import { teachCache } from './cache.js';
import { AdminLayout } from './AdminLayout.js';
import { PageHeader } from './components/PageHeader.js';
import { StaffOnly } from './StaffOnly.js';

/** A page in a chunk of its own, by the name it is exported under. */
function page<Name extends string>(load: () => Promise<Record<Name, ComponentType>>, name: Name) {
  return lazy(async () => ({ default: (await load())[name] }));
}

const BoardPage = page(() => import('./orders/BoardPage.js'), 'BoardPage');
const OrderPage = page(() => import('./orders/OrderPage.js'), 'OrderPage');
const ProductsPage = page(() => import('./catalogue/ProductsPage.js'), 'ProductsPage');
const NewProductPage = page(() => import('./catalogue/NewProductPage.js'), 'NewProductPage');
const CategoriesPage = page(() => import('./catalogue/CategoriesPage.js'), 'CategoriesPage');
const NewCategoryPage = page(() => import('./catalogue/NewCategoryPage.js'), 'NewCategoryPage');
const EditCategoryPage = page(() => import('./catalogue/EditCategoryPage.js'), 'EditCategoryPage');
const EditProductPage = page(() => import('./catalogue/EditProductPage.js'), 'EditProductPage');
const UsersPage = page(() => import('./users/UsersPage.js'), 'UsersPage');
const WebhooksPage = page(() => import('./webhooks/WebhooksPage.js'), 'WebhooksPage');
const WebhookPage = page(() => import('./webhooks/WebhookPage.js'), 'WebhookPage');
const MailPage = page(() => import('./mail/MailPage.js'), 'MailPage');
const DeadLettersPage = page(() => import('./dead-letters/DeadLettersPage.js'), 'DeadLettersPage');
const ChartsPage = page(() => import('./charts/ChartsPage.js'), 'ChartsPage');

/** Everything under /admin. The subgraphs guard what it shows; this only spares others a page of refusals. */
export function AdminRoutes() {
  teachCache(useApolloClient().cache);
  return (
    <RequireSession>
      {({ user }) =>
        user.role === 'ADMIN' ? (
          <Routes>
            <Route element={<AdminLayout />}>
              <Route index element={<Navigate to="orders" replace />} />
              <Route path="orders" element={<BoardPage />} />
              <Route path="orders/:id" element={<OrderPage />} />
              <Route path="catalogue" element={<ProductsPage />} />
              <Route path="catalogue/new" element={<NewProductPage />} />
              <Route path="catalogue/categories" element={<CategoriesPage />} />
              <Route path="catalogue/categories/new" element={<NewCategoryPage />} />
              <Route path="catalogue/categories/:slug/edit" element={<EditCategoryPage />} />
              <Route path="catalogue/:id" element={<EditProductPage />} />
              <Route path="users" element={<UsersPage />} />
              <Route path="webhooks" element={<WebhooksPage />} />
              <Route path="webhooks/:id" element={<WebhookPage />} />
              <Route path="mail" element={<MailPage />} />
              <Route path="dead-letters" element={<DeadLettersPage />} />
              <Route path="charts" element={<ChartsPage />} />
              <Route
                path="*"
                element={
                  <>
                    <PageHeader title="There is no such page here" />
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
