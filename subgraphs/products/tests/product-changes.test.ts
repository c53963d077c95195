import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { userIdentity } from '@cartograph/testing';
import { ADJUST, CREATE, UPDATE } from './product-support.js';
import { admin, euro, startProducts, type Harness } from './support.js';

let shop: Harness;
beforeAll(async () => {
  shop = await startProducts();
});
afterAll(() => shop.close());

describe('changing a product', () => {
  it('should count versions, keep the price history and leave omitted fields unchanged', async () => {
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

  it('should make it the first of several variants, which then keeps its group', async () => {
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

  it('should refuse a stale version and return the current product', async () => {
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

  it('should apply exactly one of many changes of the same version', async () => {
    const { id } = await shop.addProduct();
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, index) =>
        shop.staff(UPDATE, { input: { productId: id, version: 1, name: `Name ${index}` } }),
      ),
    );
    expect(answers.filter(({ updateProduct }) => updateProduct.userErrors.length === 0)).toHaveLength(1);
    expect(answers.flatMap(({ updateProduct }) => updateProduct.userErrors)).toHaveLength(9);
  });

  it('should lose no change if no request names a version', async () => {
    const { id } = await shop.addProduct();
    await Promise.all(
      Array.from({ length: 5 }, (_, index) =>
        shop.staff(UPDATE, { input: { productId: id, name: `Name ${index}` } }),
      ),
    );
    const { product } = await shop.staff('query ($id: ID!) { product(id: $id) { version } }', { id });
    expect(product.version).toBe(6);
  });

  it('should remove an archived product from lists, keep it readable, and restore it', async () => {
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

  it('should list archived products only for staff who ask for them', async () => {
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
  it('should add and take units between zero and the limit, and record the reason in the ledger', async () => {
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

  it('should change the stock once per idempotency key, also for simultaneous requests', async () => {
    const { id } = await shop.addProduct({ stock: 5 });
    const adjust = async (delta: number, idempotencyKey: string, reason = 'Delivery') =>
      (await shop.staff(ADJUST, { input: { productId: id, delta, reason, idempotencyKey } })).adjustStock;
    const done = { product: { availability: { quantity: 9 } }, userErrors: [] };
    for (const answer of await Promise.all([1, 2, 3, 4, 5].map(() => adjust(4, 'delivery 1'))))
      expect(answer).toEqual(done);
    await shop.relayed();
    expect(await adjust(4, 'delivery 1')).toEqual(done);
    // Also much later, when only the ledger has the key.
    for (let n = 0; n < 12; n += 1) await adjust(n % 2 === 0 ? 1 : -1, `count ${n}`);
    expect(await adjust(4, 'delivery 1')).toEqual(done);
    expect(await shop.stockOf(id)).toEqual({ available: 9, reserved: 0, sold: 0 });
  });

  it('should refuse a key that was used for another change, and not use up the key of a refused request', async () => {
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
    // Keys are separate for each product.
    expect((await adjust(-1, 'a', other.id)).userErrors).toEqual([]);
    for (const key of ['', 'x'.repeat(256), 'schlüssel', 'a\nb'])
      expect((await adjust(-1, key)).userErrors).toMatchObject([
        { code: 'INVALID_INPUT', field: ['idempotencyKey'] },
      ]);
    expect((await shop.stockOf(id)).available).toBe(3);
  });

  it('should refuse an unknown product', async () => {
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

  it('should clear fields that are null and keep fields that are absent', async () => {
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

  it('should explain that the URL of a picture is empty', async () => {
    const { id } = await shop.addProduct(whole);
    const { errors } = await shop.ask(UPDATE, { input: { productId: id, imageUrl: '' } }, admin);
    expect(errors?.[0]).toMatchObject({
      message: expect.stringContaining(
        'URL: expected a string such as "https://example.com/mug.jpg", got "".',
      ),
      extensions: { code: 'BAD_USER_INPUT' },
    });
  });

  it.each(['HDMI/1.8 m', 'ART 1', 'KÄSE-1', 'Ka\u0308se-2', 'ヒール#4', 'Nuts & bolts (M4, zinc)'])(
    'should accept the SKU %s, in any case, with a page and a picture',
    async (sku) => {
      const written = sku.normalize('NFC');
      const { id } = await shop.addProduct({ sku });
      for (const asked of [sku, written, sku.toUpperCase(), written.normalize('NFD')]) {
        const { productBySku } = await shop.staff(
          'query ($sku: String!) { productBySku(sku: $sku) { id sku imageUrl } }',
          { sku: asked },
        );
        expect(productBySku).toMatchObject({ id, sku: written });
        const picture = new URL(productBySku.imageUrl).pathname;
        expect((await fetch(`${shop.url}${picture}`)).status).toBe(200);
      }
      const input = { name: 'N', description: '', category: 'things', price: euro('1'), stock: 1 };
      const again = await shop.staff(CREATE, { input: { ...input, sku: sku.toLowerCase() } });
      expect(again.createProduct.userErrors).toMatchObject([{ code: 'SKU_TAKEN' }]);
    },
  );

  it.each(['A<B', 'A"B', 'two  spaces', 'A\\B', 'A;B', 'A*', '50%', 'tab\there'])(
    'should name the character of the SKU %j that is refused',
    async (sku) => {
      const input = { sku, name: 'N', description: '', category: 'things', price: euro('1'), stock: 1 };
      expect((await shop.staff(CREATE, { input })).createProduct.userErrors).toEqual([
        {
          code: 'INVALID_INPUT',
          field: ['sku'],
          message: expect.stringMatching(/; ".*" contains "[^"]*.?"\.$/u),
        },
      ]);
    },
  );
});
