import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { userIdentity } from '@cartograph/testing';
import { admin, euro, orders, startProducts, type Harness } from './support.js';

let shop: Harness;
beforeAll(async () => {
  shop = await startProducts();
});
afterAll(() => shop.close());

const CREATE = `mutation ($input: CreateProductInput!) { createProduct(input: $input) {
  product { id sku name title version price { amount currency } attributes { name label value unit } category { slug } imageUrl availability { inStock quantity } }
  userErrors { code field message } } }`;
const UPDATE = `mutation ($input: UpdateProductInput!) { updateProduct(input: $input) {
  product { id name version price { amount } priceHistory { price { amount } } } userErrors { code field message } } }`;
const ADJUST = `mutation ($input: AdjustStockInput!) { adjustStock(input: $input) {
  product { availability { quantity } } userErrors { code field message } } }`;

describe('a product', () => {
  it('should be read back as it was written, by id and by sku in any case', async () => {
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

  it('should name every faulty field at once when refused', async () => {
    const input = {
      sku: 'no spaces',
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

  it('should keep its sku to itself, whatever the case', async () => {
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

  it('should be null where an id is unknown, malformed or an operator', async () => {
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

  it('should be found by other services through either key, in one answer', async () => {
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

describe('changing a product', () => {
  it('should count versions, keep the price history and leave alone what is not named', async () => {
    const { id } = await shop.addProduct({ name: 'Before' });
    const first = await shop.staff(UPDATE, { input: { productId: id, version: 1, price: euro('8.00') } });
    expect(first.updateProduct.product).toEqual({
      id,
      name: 'Before',
      version: 2,
      price: { amount: '8.00' },
      priceHistory: [{ price: { amount: '8.00' } }, { price: { amount: '10.00' } }],
    });
    const second = await shop.staff(UPDATE, { input: { productId: id, name: 'After' } });
    expect(second.updateProduct.product).toMatchObject({ name: 'After', version: 3, priceHistory: [{}, {}] });
  });

  it('should become the first of several variants, and then keep its group', async () => {
    const first = await shop.addProduct({
      name: 'Late bloomer',
      attributes: [{ name: 'size', value: 'S' }],
    });
    const change = async (group: string, options: readonly string[]) =>
      (await shop.staff(UPDATE, { input: { productId: first.id, variant: { group, options } } }))
        .updateProduct;
    expect((await change('late', ['colour'])).userErrors).toEqual([
      expect.objectContaining({ field: ['variant', 'options'] }),
    ]);
    expect(await change('late', ['size'])).toMatchObject({
      product: { name: 'Late bloomer, S' },
      userErrors: [],
    });
    const second = await shop.addProduct({
      name: 'Late bloomer',
      attributes: [{ name: 'size', value: 'L' }],
      variant: { group: 'late', options: ['size'] },
    });
    const { data } = await shop.ask(
      `query ($id: ID!) { product(id: $id) { variant { group options } variants { id } }
        products(filter: { search: "bloomer" }) { nodes { id } } }`,
      { id: second.id },
    );
    expect(data).toEqual({
      product: {
        variant: { group: 'late', options: ['size'] },
        variants: [first, second].map(({ id }) => ({ id })),
      },
      products: { nodes: [{ id: first.id }] },
    });
    expect((await change('another', ['size'])).userErrors).toEqual([
      expect.objectContaining({ code: 'INVALID_INPUT', field: ['variant', 'group'] }),
    ]);
  });

  it('should refuse a stale version and show what the product is now', async () => {
    const { id } = await shop.addProduct();
    await shop.staff(UPDATE, { input: { productId: id, version: 1, name: 'Faster' } });
    const { updateProduct } = await shop.staff(UPDATE, {
      input: { productId: id, version: 1, name: 'Slower' },
    });
    expect(updateProduct).toMatchObject({
      product: { name: 'Faster', version: 2 },
      userErrors: [{ code: 'CONFLICT', field: ['version'] }],
    });
  });

  it('should let exactly one of many changes of the same version through', async () => {
    const { id } = await shop.addProduct();
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, index) =>
        shop.staff(UPDATE, { input: { productId: id, version: 1, name: `Name ${index}` } }),
      ),
    );
    expect(answers.filter(({ updateProduct }) => updateProduct.userErrors.length === 0)).toHaveLength(1);
    expect(answers.flatMap(({ updateProduct }) => updateProduct.userErrors)).toHaveLength(9);
  });

  it('should lose no change where nobody names a version', async () => {
    const { id } = await shop.addProduct();
    await Promise.all(
      Array.from({ length: 5 }, (_, index) =>
        shop.staff(UPDATE, { input: { productId: id, name: `Name ${index}` } }),
      ),
    );
    const { product } = await shop.staff('query ($id: ID!) { product(id: $id) { version } }', { id });
    expect(product.version).toBe(6);
  });

  it('should take it out of lists when archived, keep it readable, and bring it back', async () => {
    const { id } = await shop.addProduct({ name: 'Ephemeral' });
    const find = async () =>
      (await shop.ask('{ products(filter: { search: "ephemeral" }) { totalCount } }')).data?.products
        .totalCount;
    expect(await find()).toBe(1);
    for (let time = 0; time < 2; time++) {
      const { archiveProduct } = await shop.staff(
        'mutation ($id: ID!) { archiveProduct(input: { productId: $id }) { product { isArchived version } userErrors { code } } }',
        { id },
      );
      expect(archiveProduct).toEqual({ product: { isArchived: true, version: 2 }, userErrors: [] });
    }
    expect(await find()).toBe(0);
    const { data } = await shop.ask(
      'query ($id: ID!) { product(id: $id) { isArchived availability { inStock quantity } } }',
      { id },
    );
    expect(data.product).toEqual({ isArchived: true, availability: { inStock: false, quantity: 0 } });
    await shop.staff(
      'mutation ($id: ID!) { restoreProduct(input: { productId: $id }) { product { id } userErrors { code } } }',
      { id },
    );
    expect(await find()).toBe(1);
  });

  it('should show archived products in lists to staff who ask, and to nobody else', async () => {
    const { id } = await shop.addProduct({ name: 'Retired' });
    await shop.staff(
      'mutation ($id: ID!) { archiveProduct(input: { productId: $id }) { userErrors { code } } }',
      { id },
    );
    const query = '{ products(filter: { search: "retired", includeArchived: true }) { totalCount } }';
    expect((await shop.ask(query, {}, admin)).data?.products.totalCount).toBe(1);
    expect((await shop.ask(query, {}, userIdentity('carl'))).data?.products.totalCount).toBe(0);
  });
});

describe('adjusting stock', () => {
  it('should add and take, never below zero nor above the limit, and say why in the ledger', async () => {
    const { id } = await shop.addProduct({ stock: 5 });
    const adjust = async (delta: number, reason = 'Stocktaking') =>
      (await shop.staff(ADJUST, { input: { productId: id, delta, reason } })).adjustStock;
    expect(await adjust(7)).toEqual({ product: { availability: { quantity: 12 } }, userErrors: [] });
    expect(await adjust(-13)).toMatchObject({
      product: null,
      userErrors: [{ code: 'OUT_OF_STOCK', field: ['delta'] }],
    });
    expect(await adjust(1_000_000)).toMatchObject({
      product: null,
      userErrors: [{ code: 'INVALID_INPUT', field: ['delta'] }],
    });
    expect(await adjust(1_000_000_000)).toMatchObject({ userErrors: [{ code: 'INVALID_INPUT' }] });
    expect((await adjust(0, '')).userErrors).toHaveLength(2);
    expect(await adjust(-12, 'Water damage')).toMatchObject({ product: { availability: { quantity: 0 } } });
    const { product } = await shop.staff(
      'query ($id: ID!) { product(id: $id) { stockEntries(first: 2) { totalCount nodes { type delta availableAfter reason } pageInfo { hasNextPage endCursor } } } }',
      { id },
    );
    expect(product.stockEntries).toMatchObject({
      totalCount: 3,
      nodes: [
        { type: 'ADJUSTMENT', delta: -12, availableAfter: 0, reason: 'Water damage' },
        { type: 'ADJUSTMENT', delta: 7, availableAfter: 12, reason: 'Stocktaking' },
      ],
      pageInfo: { hasNextPage: true },
    });
    const next = await shop.staff(
      'query ($id: ID!, $after: String) { product(id: $id) { stockEntries(after: $after) { nodes { type } } } }',
      { id, after: product.stockEntries.pageInfo.endCursor },
    );
    expect(next.product.stockEntries.nodes).toEqual([{ type: 'INITIAL' }]);
  });

  it('should change the stock once for one idempotency key, also when it comes several times at once', async () => {
    const { id } = await shop.addProduct({ stock: 5 });
    const adjust = async (delta: number, idempotencyKey: string, reason = 'Delivery') =>
      (await shop.staff(ADJUST, { input: { productId: id, delta, reason, idempotencyKey } })).adjustStock;
    const done = { product: { availability: { quantity: 9 } }, userErrors: [] };
    for (const answer of await Promise.all([1, 2, 3, 4, 5].map(() => adjust(4, 'delivery 1'))))
      expect(answer).toEqual(done);
    await shop.relayed();
    expect(await adjust(4, 'delivery 1')).toEqual(done);
    // Also long after: by then only the ledger knows.
    for (let n = 0; n < 12; n += 1) await adjust(n % 2 === 0 ? 1 : -1, `count ${n}`);
    expect(await adjust(4, 'delivery 1')).toEqual(done);
    expect(await shop.stockOf(id)).toEqual({ available: 9, reserved: 0, sold: 0 });
  });

  it('should refuse a key that stood for another change, and not use it up by a refusal', async () => {
    const [{ id }, other] = [await shop.addProduct({ stock: 5 }), await shop.addProduct({ stock: 5 })];
    const adjust = async (delta: number, idempotencyKey: string, productId = id) =>
      (await shop.staff(ADJUST, { input: { productId, delta, reason: 'Breakage', idempotencyKey } }))
        .adjustStock;
    expect((await adjust(-6, 'a')).userErrors).toMatchObject([{ code: 'OUT_OF_STOCK' }]);
    expect((await adjust(-2, 'a')).userErrors).toEqual([]);
    expect(await adjust(-1, 'a')).toMatchObject({
      product: null,
      userErrors: [{ code: 'IDEMPOTENCY_KEY_REUSED', field: ['idempotencyKey'] }],
    });
    // Each product has keys of its own.
    expect((await adjust(-1, 'a', other.id)).userErrors).toEqual([]);
    for (const key of ['', 'x'.repeat(256), 'schlüssel', 'a\nb'])
      expect((await adjust(-1, key)).userErrors).toMatchObject([
        { code: 'INVALID_INPUT', field: ['idempotencyKey'] },
      ]);
    expect((await shop.stockOf(id)).available).toBe(3);
  });

  it('should refuse a product that does not exist', async () => {
    for (const productId of ['nonsense', '01a1f8bf-914c-73c2-a1e3-fd141183cd47']) {
      const { adjustStock } = await shop.staff(ADJUST, { input: { productId, delta: 1, reason: 'x' } });
      expect(adjustStock.userErrors).toEqual([
        { code: 'PRODUCT_NOT_FOUND', field: ['productId'], message: expect.any(String) },
      ]);
    }
  });
});

describe('changing a product', () => {
  const LOOK = `query ($id: ID!) { product(id: $id) {
    title description imageUrl price { amount } category { slug } attributes { name value } variant { group } } }`;
  const look = async (id: string) => (await shop.staff(LOOK, { id })).product;
  const update = async (input: object) => (await shop.staff(UPDATE, { input })).updateProduct;
  const whole = {
    name: 'Whole',
    description: 'All of it',
    imageUrl: 'https://example.com/whole.jpg',
    attributes: [{ name: 'colour', value: 'Navy' }],
    variant: { group: 'whole', options: ['colour'] },
  };

  it('should clear what is null and leave what is absent', async () => {
    const { id, sku } = await shop.addProduct(whole);
    const before = await look(id);
    expect(before).toMatchObject({ imageUrl: whole.imageUrl, attributes: whole.attributes });
    await update({ productId: id });
    expect(await look(id)).toEqual(before);
    const imageUrl = `http://localhost:4000/images/${sku}.svg`;
    await update({ productId: id, imageUrl: null });
    expect(await look(id)).toEqual({ ...before, imageUrl });
    await update({ productId: id, description: null, attributes: null, variant: null });
    expect(await look(id)).toEqual({ ...before, imageUrl, description: '', attributes: [], variant: null });
  });

  it.each(['name', 'category', 'price'])('should not clear a %s', async (field) => {
    const { id } = await shop.addProduct({ ...whole, variant: null });
    const before = await look(id);
    expect((await update({ productId: id, [field]: null, description: 'New' })).userErrors).toEqual([
      {
        code: 'INVALID_INPUT',
        field: [field],
        message: `A product must have a ${field}, so it cannot be null. To keep the current one, omit the field.`,
      },
    ]);
    expect(await look(id)).toEqual(before);
  });

  it('should say what is wrong with an empty address of a picture', async () => {
    const { id } = await shop.addProduct(whole);
    const { errors } = await shop.ask(UPDATE, { input: { productId: id, imageUrl: '' } }, admin);
    expect(errors?.[0]).toMatchObject({
      message: expect.stringContaining(
        'URL: expected a string such as "https://example.com/mug.jpg", got "".',
      ),
      extensions: { code: 'BAD_USER_INPUT' },
    });
  });

  it.each(['HDMI/1.8', 'ART 1', 'KÄSE-1'])(
    'should say which character of the SKU %s is refused',
    async (sku) => {
      const input = { sku, name: 'N', description: '', category: 'things', price: euro('1'), stock: 1 };
      expect((await shop.staff(CREATE, { input })).createProduct.userErrors).toEqual([
        {
          code: 'INVALID_INPUT',
          field: ['sku'],
          message: expect.stringContaining(`"${sku}" contains "${/[^A-Z0-9.-]/.exec(sku)![0]}"`),
        },
      ]);
    },
  );
});

describe('a number where a decimal belongs', () => {
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
  ])('should be named, as a literal and in a variable: %s', async (literal, filter, got) => {
    const answers = [await shop.ask(`{ products(filter: {${literal}}) { totalCount } }`)];
    if (filter) answers.push(await shop.ask(LIST, { filter }));
    for (const { errors } of answers)
      expect(errors?.[0]?.message).toContain(`Decimal: expected a string such as "12.50", got ${got}`);
  });

  it('should be named in a price, too', async () => {
    const input = { productId: 'x', price: { amount: 12, currency: 'EUR' } };
    expect((await shop.ask(UPDATE, { input }, admin)).errors?.[0]?.message).toContain('got the number 12.');
  });
});

describe('access', () => {
  it('should leave a list whole where a customer asks for what staff see', async () => {
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

  it('should let only staff write, and only services move orders’ stock', async () => {
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
