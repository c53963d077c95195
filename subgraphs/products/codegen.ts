/** The types behind the generated resolvers of this subgraph; paths are seen from src/generated. */
export default {
  contextType: '../context.js#ProductsContext',
  mappers: {
    Product: '../domain/products/product.js#Product as ProductModel',
    ProductPage: '../domain/products/product-page.js#ProductPage as ProductPageModel',
    PriceChange: '../domain/products/product.js#PriceChange as PriceChangeModel',
    Category: '../domain/categories/category.js#Category as CategoryModel',
    ProductConnection: '../use-cases/search/list-products.js#ProductList',
    StockEntry: '../store/store.js#LedgerEntry',
  },
};
