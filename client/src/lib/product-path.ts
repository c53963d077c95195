/** The address of a product's page. A SKU may contain characters with a meaning in addresses, such as `/`, `?` or `%`. */
export const productPath = (sku: string): string => `/products/${encodeURIComponent(sku)}`;
