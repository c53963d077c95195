/** Mutations of products, as staff send them. */
export const CREATE = `mutation ($input: CreateProductInput!) { createProduct(input: $input) {
  product { id sku name title version price { amount currency } attributes { name label value unit } category { slug } imageUrl availability { inStock quantity } }
  userErrors { code field message } } }`;
export const UPDATE = `mutation ($input: UpdateProductInput!) { updateProduct(input: $input) {
  product { id name version price { amount } priceHistory { price { amount } } } userErrors { code field message } } }`;
export const ADJUST = `mutation ($input: AdjustStockInput!) { adjustStock(input: $input) {
  product { availability { quantity } } userErrors { code field message } } }`;
