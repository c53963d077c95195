/** The address of a product's page. A SKU may hold what means something else in an address, such as `/`, `?` or `%`. */
export const productPath = (sku: string): string => `/products/${encodeURIComponent(sku)}`;
