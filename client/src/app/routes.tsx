import type { ComponentType } from 'react';
import { createBrowserRouter, redirect, type LazyRouteFunction, type RouteObject } from 'react-router';
import { HomePage } from '../features/home/HomePage.js';
import { ACCOUNT_PAGES, SHOP_PAGES } from '../lib/pages.js';
import { nameHistoryEntry } from './history-entry.js';
import { Layout } from './Layout.js';
import { RouteError } from './RouteError.js';

type Page = { readonly element: RouteObject['element'] } | { readonly lazy: LazyRouteFunction<RouteObject> };

/** Loads a page's script when the page is first visited. */
const page = <Name extends string>(load: () => Promise<Record<Name, ComponentType>>, name: Name) => ({
  lazy: async () => ({ Component: (await load())[name] }),
});

/** Every page except the first has its own script. */
const shopPages: Record<(typeof SHOP_PAGES)[number], Page> = {
  '/': { element: <HomePage /> },
  '/products': page(() => import('../features/catalogue/CataloguePage.js'), 'CataloguePage'),
  '/products/:sku': page(() => import('../features/product/ProductPage.js'), 'ProductPage'),
  '/checkout': page(() => import('../features/checkout/CheckoutPage.js'), 'CheckoutPage'),
  '/orders/:orderId': page(() => import('../features/orders/OrderPage.js'), 'OrderPage'),
  '/sign-in': page(() => import('../features/account/SignInPage.js'), 'SignInPage'),
  '/register': page(() => import('../features/account/RegisterPage.js'), 'RegisterPage'),
  '/forgot-password': page(() => import('../features/account/ForgotPasswordPage.js'), 'ForgotPasswordPage'),
  '/reset-password': page(() => import('../features/account/ResetPasswordPage.js'), 'ResetPasswordPage'),
  '/confirm-email': page(() => import('../features/account/ConfirmEmailPage.js'), 'ConfirmEmailPage'),
};
const accountPages: Record<(typeof ACCOUNT_PAGES)[number], Page> = {
  orders: page(() => import('../features/orders/OrdersPage.js'), 'OrdersPage'),
  messages: page(() => import('../features/account/MessagesPage.js'), 'MessagesPage'),
  profile: page(() => import('../features/account/ProfilePage.js'), 'ProfilePage'),
  security: page(() => import('../features/account/SecurityPage.js'), 'SecurityPage'),
};

nameHistoryEntry();

export const router = createBrowserRouter([
  {
    element: <Layout />,
    errorElement: <RouteError />,
    HydrateFallback: () => null,
    children: [
      ...SHOP_PAGES.map((path) => ({ path, ...shopPages[path] })),
      {
        path: '/account',
        ...page(() => import('../features/account/AccountLayout.js'), 'AccountLayout'),
        children: [
          { index: true, loader: () => redirect('/account/orders') },
          ...ACCOUNT_PAGES.map((path) => ({ path, ...accountPages[path] })),
        ],
      },
      { path: '/admin/*', ...page(() => import('../features/admin/routes.js'), 'AdminRoutes') },
      // Some servers use this name for a folder's first page.
      { path: '/index.html', loader: () => redirect('/') },
      { path: '*', ...page(() => import('../features/home/NotFoundPage.js'), 'NotFoundPage') },
    ],
  },
]);
