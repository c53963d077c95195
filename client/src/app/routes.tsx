import { createBrowserRouter } from 'react-router';
import { HomePage } from '../features/home/HomePage.js';
import { Layout } from './Layout.js';
import { RouteError } from './RouteError.js';

/** Every page but the first is loaded when it is first gone to. */
export const router = createBrowserRouter([
  {
    element: <Layout />,
    errorElement: <RouteError />,
    HydrateFallback: () => null,
    children: [
      { path: '/', element: <HomePage /> },
      {
        path: '/products',
        lazy: async () => ({
          Component: (await import('../features/catalogue/CataloguePage.js')).CataloguePage,
        }),
      },
      {
        path: '/products/:sku',
        lazy: async () => ({ Component: (await import('../features/product/ProductPage.js')).ProductPage }),
      },
      {
        path: '/sign-in',
        lazy: async () => ({ Component: (await import('../features/account/SignInPage.js')).SignInPage }),
      },
      {
        path: '/register',
        lazy: async () => ({ Component: (await import('../features/account/RegisterPage.js')).RegisterPage }),
      },
      {
        path: '/checkout',
        lazy: async () => ({
          Component: (await import('../features/checkout/CheckoutPage.js')).CheckoutPage,
        }),
      },
      {
        path: '/orders/:orderId',
        lazy: async () => ({ Component: (await import('../features/orders/OrderPage.js')).OrderPage }),
      },
      {
        path: '/admin/*',
        lazy: async () => ({ Component: (await import('../features/admin/routes.js')).AdminRoutes }),
      },
    ],
  },
]);
