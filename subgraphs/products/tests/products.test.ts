import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { userIdentity } from '@cartograph/testing';
import { CREATE, UPDATE } from './product-support.js';
import { admin, euro, orders, startProducts, type Harness } from './support.js';

let shop: Harness;
beforeAll(async () => {
  shop = await startProducts();
});
afterAll(() => shop.close());

describe('a product', () => {
  it('should be read back as it was written, by id and by SKU in any case', async () => {
    const input = {
      sku: 'Mug-1',
      name: '  Enamel mug ',
      description: 'Line one\r\nLine two',
      category: 'things',
      price: euro('12.5'),
      stock: 3,
      attributes: [
        { name: 'size', value: 'm' },
        { name: 'colour', value: 'Blue' },
        { name: 'weight', value: '120.5' },
      ],
    };
    const { createProduct } = await shop.staff(CREATE, { input });
    expect(createProduct).toEqual({
      userErrors: [],
      product: {
        id: expect.any(String),
        sku: 'Mug-1',
        name: 'Enamel mug',
        title: 'Enamel mug',
        version: 1,
        price: euro('12.50'),
        // In the category's order, and a choice as the category writes it.
        attributes: [
          { name: 'colour', label: 'Colour', value: 'Blue', unit: null },
          { name: 'size', label: 'Size', value: 'M', unit: null },
          { name: 'weight', label: 'Weight', value: '120.5', unit: 'g' },
        ],
        category: { slug: 'things' },
        imageUrl: 'http://localhost:4000/images/Mug-1.svg',
        availability: { inStock: true, quantity: 3 },
      },
    });
    const { data } = await shop.ask(
      'query ($id: ID!) { product(id: $id) { sku description } productBySku(sku: "MUG-1") { sku } }',
      {
        id: createProduct.product.id,
      },
    );
    expect(data).toEqual({
      product: { sku: 'Mug-1', description: 'Line one\nLine two' },
      productBySku: { sku: 'Mug-1' },
    });
  });

  it('should be refused with all invalid fields at once', async () => {
    const input = {
      sku: 'no <brackets>',
      name: ' ',
      description: 'bell \u0007',
      category: 'nowhere',
      price: { amount: '-1.00', currency: 'EUR' },
      stock: 1_000_000_000,
      attributes: [
        { name: 'weight', value: 'heavy' },
        { name: '$where', value: 'x' },
      ],
    };
    const { createProduct } = await shop.staff(CREATE, { input });
    expect(createProduct.product).toBeNull();
    expect(
      createProduct.userErrors.map(({ code, field }: { code: string; field: string[] }) => [
        field.join('.'),
        code,
      ]),
    ).toEqual([
      ['sku', 'INVALID_INPUT'],
      ['category', 'CATEGORY_NOT_FOUND'],
      ['attributes.1.name', 'INVALID_INPUT'],
      ['name', 'INVALID_INPUT'],
      ['description', 'INVALID_INPUT'],
      ['price.amount', 'INVALID_INPUT'],
      ['stock', 'INVALID_INPUT'],
    ]);
  });

  const SIZE =
    'query ($id: ID!) { product(id: $id) { weight dimensions { length width height } variants { weight } } }';
  const sizeOf = async (id: string) => (await shop.staff(SIZE, { id })).product;
  const box = { length: 300, width: 200, height: 100 };

  it('should have the weight and dimensions that staff gave it, and none otherwise', async () => {
    const { id } = await shop.addProduct({ weight: 450, dimensions: box });
    expect(await sizeOf(id)).toMatchObject({ weight: 450, dimensions: box });
    await shop.staff(UPDATE, { input: { productId: id, name: 'Renamed' } });
    expect(await sizeOf(id)).toMatchObject({ weight: 450, dimensions: box });
    await shop.staff(UPDATE, { input: { productId: id, weight: 0, dimensions: null } });
    expect(await sizeOf(id)).toMatchObject({ weight: 0, dimensions: null });
    await shop.staff(UPDATE, { input: { productId: id, weight: null } });
    expect(await sizeOf(id)).toMatchObject({ weight: null, dimensions: null });
  });

  it('should have a weight for each of its variants', async () => {
    const variant = { group: 'weighed', options: ['size'] };
    const weights = { S: 200, L: 260 };
    const ids: string[] = [];
    for (const [size, weight] of Object.entries(weights))
      ids.push(
        (
          await shop.addProduct({
            name: 'Weighed',
            weight,
            variant,
            attributes: [{ name: 'size', value: size }],
          })
        ).id,
      );
    expect((await sizeOf(ids[1]!)).variants).toEqual([{ weight: 200 }, { weight: 260 }]);
    await shop.staff(UPDATE, { input: { productId: ids[0], weight: 210 } });
    expect((await sizeOf(ids[1]!)).variants).toEqual([{ weight: 210 }, { weight: 260 }]);
  });

  it.each([
    [{ weight: -1 }, [['weight']]],
    [{ weight: 1_000_001 }, [['weight']]],
    [
      { dimensions: { length: 0, width: 10_001, height: 1 } },
      [
        ['dimensions', 'length'],
        ['dimensions', 'width'],
      ],
    ],
  ])('should not have the size %j', async (size, fields) => {
    const { createProduct } = await shop.staff(CREATE, {
      input: {
        sku: 'Sized-1',
        name: 'P',
        description: '',
        category: 'things',
        price: euro('1'),
        stock: 0,
        ...size,
      },
    });
    const { id } = await shop.addProduct({ weight: 5 });
    const { updateProduct } = await shop.staff(UPDATE, { input: { productId: id, name: 'New', ...size } });
    const errors = fields.map((field) => ({ code: 'INVALID_INPUT', field, message: expect.any(String) }));
    expect(createProduct.userErrors).toEqual(errors);
    expect(updateProduct.userErrors).toEqual(errors);
    expect(await sizeOf(id)).toMatchObject({ weight: 5 });
  });

  it.each([
    [{ amount: '1.00', currency: 'USD' }, 'CURRENCY_MISMATCH', ['price', 'currency']],
    [{ amount: '0', currency: 'EUR' }, 'INVALID_INPUT', ['price', 'amount']],
    [{ amount: '1.005', currency: 'EUR' }, 'INVALID_INPUT', ['price', 'amount']],
    [{ amount: '99999999999999', currency: 'EUR' }, 'INVALID_INPUT', ['price', 'amount']],
  ])('should not be priced at %j', async (price, code, field) => {
    const { createProduct } = await shop.staff(CREATE, {
      input: { sku: 'P-1', name: 'P', description: '', category: 'things', price, stock: 0 },
    });
    expect(createProduct.userErrors).toEqual([{ code, field, message: expect.any(String) }]);
  });

  it('should be the only one with its SKU, regardless of case', async () => {
    const { sku } = await shop.addProduct({ sku: 'Taken-1' });
    const { createProduct } = await shop.staff(CREATE, {
      input: {
        sku: sku.toUpperCase(),
        name: 'Other',
        description: '',
        category: 'things',
        price: euro('1'),
        stock: 1,
      },
    });
    expect(createProduct.userErrors).toEqual([
      { code: 'SKU_TAKEN', field: ['sku'], message: expect.stringContaining('TAKEN-1') },
    ]);
  });

  it('should be null if the id is unknown, malformed or an operator', async () => {
    for (const id of [
      '01a1f8bf-914c-73c2-a1e3-fd141183cd47',
      'nonsense',
      '{"$ne":null}',
      '',
      'x'.repeat(10_000),
    ]) {
      expect(await shop.ask('query ($id: ID!) { product(id: $id) { id } }', { id })).toEqual({
        data: { product: null },
      });
    }
    const { data } = await shop.ask(
      '{ productBySku(sku: "$gt") { id } category(slug: "__proto__") { slug } }',
    );
    expect(data).toEqual({ productBySku: null, category: null });
  });

  it('should be resolved for other services by either key in one request', async () => {
    const one = await shop.addProduct();
    const two = await shop.addProduct({ stock: 0 });
    const { data } = await shop.ask(
      `query ($r: [_Any!]!) { _entities(representations: $r) { ... on Product { id sku name price { amount currency } isArchived availability { inStock quantity } } } }`,
      {
        r: [
          { __typename: 'Product', id: one.id },
          { __typename: 'Product', sku: two.sku },
          { __typename: 'Product', id: 'gone' },
        ],
      },
      orders,
    );
    expect(data._entities).toEqual([
      expect.objectContaining({ id: one.id, availability: { inStock: true, quantity: 5 } }),
      expect.objectContaining({ id: two.id, availability: { inStock: false, quantity: 0 } }),
      null,
    ]);
  });
});

describe('a number in place of a decimal', () => {
  const LIST = 'query ($filter: ProductFilter) { products(filter: $filter) { totalCount } }';
  it.each([
    ['minPrice: 12', { minPrice: 12 }, 'the number 12'],
    ['maxPrice: 12.5', { maxPrice: 12.5 }, 'the number 12.5'],
    ['minPrice: true', { minPrice: true }, 'the boolean true'],
    ['minPrice: "12,50"', { minPrice: '12,50' }, '"12,50"'],
    ['minPrice: ""', { minPrice: '' }, '""'],
    ['minPrice: [12]', { minPrice: [12] }, '[12]'],
    ['minPrice: {a: 1}', { minPrice: { a: 1 } }, '{'],
    ['minPrice: EUR', undefined, 'EUR'],
  ])('should be named in the error, as a literal and in a variable: %s', async (literal, filter, got) => {
    const answers = [await shop.ask(`{ products(filter: {${literal}}) { totalCount } }`)];
    if (filter) answers.push(await shop.ask(LIST, { filter }));
    for (const { errors } of answers)
      expect(errors?.[0]?.message).toContain(`Decimal: expected a string such as "12.50", got ${got}`);
  });

  it('should be named in the error of a price, too', async () => {
    const input = { productId: 'x', price: { amount: 12, currency: 'EUR' } };
    expect((await shop.ask(UPDATE, { input }, admin)).errors?.[0]?.message).toContain('got the number 12.');
  });
});

describe('access', () => {
  it('should return a whole list if a customer selects fields for staff', async () => {
    const { id } = await shop.addProduct();
    const query = `{ products(first: 2) { totalCount nodes { id name stock { available } stockEntries { totalCount } } } }`;
    for (const [identity, code] of [
      [undefined, 'UNAUTHENTICATED'],
      [userIdentity('carl'), 'FORBIDDEN'],
    ] as const) {
      const { data, errors } = await shop.ask(query, {}, identity);
      expect(data.products.nodes).toHaveLength(2);
      expect(data.products.nodes[0]).toEqual({
        id,
        name: expect.any(String),
        stock: null,
        stockEntries: null,
      });
      expect(errors?.map(({ path, extensions }) => [path?.join('.'), extensions?.code])).toEqual(
        expect.arrayContaining([
          ['products.nodes.0.stock', code],
          ['products.nodes.1.stockEntries', code],
        ]),
      );
    }
    const { products } = await shop.staff(query);
    expect(products.nodes[0]).toMatchObject({ stock: { available: 5 }, stockEntries: { totalCount: 1 } });
  });

  it('should let only staff write, and only services move the stock of orders', async () => {
    const { id } = await shop.addProduct();
    const write = 'mutation ($id: ID!) { archiveProduct(input: { productId: $id }) { userErrors { code } } }';
    expect((await shop.ask(write, { id })).errors?.[0]?.extensions?.code).toBe('UNAUTHENTICATED');
    expect((await shop.ask(write, { id }, userIdentity('carl'))).errors?.[0]?.extensions?.code).toBe(
      'FORBIDDEN',
    );
    const reserve =
      'mutation ($id: ID!) { reserveStock(input: { orderId: "o", items: [{ productId: $id, quantity: 1 }] }) { reserved } }';
    expect((await shop.ask(reserve, { id }, admin)).errors?.[0]?.extensions?.code).toBe('FORBIDDEN');
    expect(
      (await shop.ask('query ($id: ID!) { product(id: $id) { stock { sold } } }', { id })).errors?.[0]
        ?.extensions?.code,
    ).toBe('UNAUTHENTICATED');
  });
});
