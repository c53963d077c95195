import type { ComponentType } from 'react';
import { createBrowserRouter, redirect } from 'react-router';
import { HomePage } from '../features/home/HomePage.js';
import { Layout } from './Layout.js';
import { RouteError } from './RouteError.js';

/** Loads a page's script when it is first gone to. */
const page =
  <Name extends string>(load: () => Promise<Record<Name, ComponentType>>, name: Name) =>
  async () => ({ Component: (await load())[name] });

/** Every page but the first is a script of its own. */
export const router = createBrowserRouter([
  {
    element: <Layout />,
    errorElement: <RouteError />,
    HydrateFallback: () => null,
    children: [
      { path: '/', element: <HomePage /> },
      {
        path: '/products',
        lazy: page(() => import('../features/catalogue/CataloguePage.js'), 'CataloguePage'),
      },
      {
        path: '/products/:sku',
        lazy: page(() => import('../features/product/ProductPage.js'), 'ProductPage'),
      },
      { path: '/checkout', lazy: page(() => import('../features/checkout/CheckoutPage.js'), 'CheckoutPage') },
      { path: '/orders/:orderId', lazy: page(() => import('../features/orders/OrderPage.js'), 'OrderPage') },
      { path: '/sign-in', lazy: page(() => import('../features/account/SignInPage.js'), 'SignInPage') },
      { path: '/register', lazy: page(() => import('../features/account/RegisterPage.js'), 'RegisterPage') },
      {
        path: '/forgot-password',
        lazy: page(() => import('../features/account/ForgotPasswordPage.js'), 'ForgotPasswordPage'),
      },
      {
        path: '/reset-password',
        lazy: page(() => import('../features/account/ResetPasswordPage.js'), 'ResetPasswordPage'),
      },
      {
        path: '/confirm-email',
        lazy: page(() => import('../features/account/ConfirmEmailPage.js'), 'ConfirmEmailPage'),
      },
      {
        path: '/account',
        lazy: page(() => import('../features/account/AccountLayout.js'), 'AccountLayout'),
        children: [
          { index: true, loader: () => redirect('/account/orders') },
          { path: 'orders', lazy: page(() => import('../features/orders/OrdersPage.js'), 'OrdersPage') },
          {
            path: 'messages',
            lazy: page(() => import('../features/account/MessagesPage.js'), 'MessagesPage'),
          },
          { path: 'profile', lazy: page(() => import('../features/account/ProfilePage.js'), 'ProfilePage') },
          {
            path: 'security',
            lazy: page(() => import('../features/account/SecurityPage.js'), 'SecurityPage'),
          },
        ],
      },
      { path: '/admin/*', lazy: page(() => import('../features/admin/routes.js'), 'AdminRoutes') },
      { path: '*', lazy: page(() => import('../features/home/NotFoundPage.js'), 'NotFoundPage') },
    ],
  },
]);
