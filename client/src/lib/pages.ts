/**
 * Every address of the storefront. The routes are made from these lists, and the build writes them to `pages.json`, so that the
 * gateway answers unknown addresses with status 404.
 */
export const PRODUCT_PAGE = '/products/:sku';

export const SHOP_PAGES = [
  '/',
  '/products',
  PRODUCT_PAGE,
  '/checkout',
  '/orders/:orderId',
  '/sign-in',
  '/register',
  '/forgot-password',
  '/reset-password',
  '/confirm-email',
] as const;

/** Below `/account`. */
export const ACCOUNT_PAGES = ['orders', 'messages', 'profile', 'security'] as const;

/** Below `/admin`. */
export const ADMIN_PAGES = [
  'orders',
  'orders/:id',
  'catalogue',
  'catalogue/new',
  'catalogue/import',
  'catalogue/categories',
  'catalogue/categories/new',
  'catalogue/categories/:slug/edit',
  'catalogue/:id',
  'users',
  'webhooks',
  'webhooks/:id',
  'mail',
  'dead-letters',
  'charts',
] as const;

/** What the gateway reads. A product's page exists only if there is a product with its SKU. */
export const PAGE_LIST = {
  pages: [
    ...SHOP_PAGES,
    '/account',
    ...ACCOUNT_PAGES.map((page) => `/account/${page}`),
    '/admin',
    ...ADMIN_PAGES.map((page) => `/admin/${page}`),
  ],
  productPage: PRODUCT_PAGE,
};
