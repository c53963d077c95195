import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { until, userIdentity } from '@cartograph/testing';
import { createCatalogueFiles, type CatalogueFiles } from './catalogue-support.js';
import { euro, startProducts, type Harness } from './support.js';

let shop: Harness;
let files: CatalogueFiles;
beforeAll(async () => {
  shop = await startProducts();
  files = createCatalogueFiles(shop);
  await shop.addProduct({
    sku: 'P-1',
    name: 'Mug',
    description: 'Old',
    price: euro('10.00'),
    stock: 7,
    attributes: [{ name: 'colour', value: 'Navy' }],
  });
  const { id } = await shop.addProduct({ sku: 'P-2', name: 'Gone', price: euro('5.00') });
  await shop.staff(
    'mutation ($id: ID!) { archiveProduct(input: { productId: $id }) { userErrors { code } } }',
    { id },
  );
  await shop.addProduct({ sku: 'P-3', name: 'Same', price: euro('1.00') });
});
afterAll(async () => {
  files.close();
  await shop.close();
});

const PREVIEW = `token encoding rows created changed restored unchanged errorCount otherStock
  fields { name products } changes { line sku kind fields { name before after } } errors { line message }`;
const UPLOAD = `mutation ($input: UploadProductFilePartInput!) {
  uploadProductFilePart(input: $input) { userErrors { code message field } } }`;

/** Uploads a file in parts of three bytes or more, so that characters are torn apart. */
async function upload(content: Buffer | string, size = 3): Promise<string> {
  const fileId = randomUUID();
  const bytes = Buffer.from(content as string);
  for (let position = 0; position * size < bytes.length; position++) {
    const part = bytes.subarray(position * size, (position + 1) * size).toString('base64');
    const { uploadProductFilePart } = await shop.staff(UPLOAD, {
      input: { fileId, position, content: part },
    });
    expect(uploadProductFilePart.userErrors).toEqual([]);
  }
  return fileId;
}

async function preview(fileId: string, fileName = 'list.csv', encoding?: string) {
  const { previewProductImport } = await shop.staff(
    `mutation ($input: PreviewProductImportInput!) { previewProductImport(input: $input) {
      preview { ${PREVIEW} } userErrors { code message field } } }`,
    { input: { fileId, fileName, encoding } },
  );
  expect(previewProductImport.userErrors).toEqual([]);
  return previewProductImport.preview;
}

async function start(fileId: string, token: string, fileName = 'list.csv') {
  const { startProductImport } = await shop.staff(
    `mutation ($input: StartProductImportInput!) { startProductImport(input: $input) {
      import { id rows } preview { ${PREVIEW} } userErrors { code message field } } }`,
    { input: { fileId, fileName, token } },
  );
  return startProductImport;
}

async function finished(id: string) {
  const read = async () =>
    (
      await shop.staff(
        'query ($id: ID!) { productImport(id: $id) { rows isFinished created updated unchanged refused { sku message } } }',
        { id },
      )
    ).productImport;
  await until(async () => (await read()).isFinished, { what: 'the import to finish' });
  return read();
}

const FILE = [
  'sku;name;description;category;price;stock;attribute.colour;restore',
  'P-1;Mug;;things;1.234,50 €;9;Red;',
  'P-2;Gone;;things;5,00;5;;yes',
  'P-3;Same;;things;1,00;5;;',
  'p/4 neu;Tässe;Text;things;2,00;3;Red;',
  '',
].join('\n');

describe('A preview of an import', () => {
  it('should list every change field by field, change nothing, and be imported exactly', async () => {
    const before = await files.read('P-1');
    const fileId = await upload(FILE, 7);
    const seen = await preview(fileId);
    expect(seen).toEqual({
      token: expect.stringMatching(/^[0-9a-f]{64}$/),
      encoding: 'utf-8',
      rows: 4,
      created: 1,
      changed: 1,
      restored: 1,
      unchanged: 1,
      errorCount: 0,
      errors: [],
      otherStock: 1,
      fields: [
        { name: 'description', products: 1 },
        { name: 'price', products: 1 },
        { name: 'attribute.colour', products: 1 },
        { name: 'restore', products: 1 },
      ],
      changes: [
        {
          line: 2,
          sku: 'P-1',
          kind: 'CHANGED',
          fields: [
            { name: 'description', before: 'Old', after: '' },
            { name: 'price', before: '10.00', after: '1234.50' },
            { name: 'attribute.colour', before: 'Navy', after: 'Red' },
          ],
        },
        {
          line: 3,
          sku: 'P-2',
          kind: 'RESTORED',
          fields: [{ name: 'restore', before: 'archived', after: 'on sale' }],
        },
        {
          line: 5,
          sku: 'p/4 neu',
          kind: 'NEW',
          fields: expect.arrayContaining([{ name: 'name', before: '', after: 'Tässe' }]),
        },
      ],
    });
    expect(await files.read('P-1')).toEqual(before);
    expect(await files.read('p/4 neu')).toBeNull();
    // The command's dry run lists the same, with the same token.
    const { out } = await files.importFile(FILE, 'csv', '--dry-run');
    expect(out).toContain(
      '2: P-1 changed: description Old → (empty); price 10.00 → 1234.50; attribute.colour Navy → Red\n',
    );
    expect(out).toContain('4 rows are valid: 1 new, 1 changed, 1 restored, 1 unchanged.\n');
    expect(out).toContain(`--if ${seen.token}\n`);

    const started = await start(fileId, seen.token);
    expect(started).toEqual({ import: { id: expect.any(String), rows: 4 }, preview: null, userErrors: [] });
    expect(await finished(started.import.id)).toEqual({
      rows: 4,
      isFinished: true,
      created: 1,
      updated: 2,
      unchanged: 1,
      refused: [],
    });
    expect(await files.read('P-1')).toMatchObject({
      description: '',
      price: { amount: '1234.50' },
      availability: { quantity: 7 },
    });
    expect(await shop.db.collection('import_parts').countDocuments()).toBe(0);
  });

  it('should not be imported if a product or the file has changed since', async () => {
    const fileId = await upload('sku,price\nP-3,2.00\n', 100);
    const { token } = await preview(fileId);
    await files.importFile('sku,price\nP-3,1.50\n');
    const refused = await start(fileId, token);
    expect(refused).toMatchObject({
      import: null,
      preview: { changes: [{ fields: [{ name: 'price', before: '1.50', after: '2.00' }] }] },
      userErrors: [{ code: 'CONFLICT', field: ['token'] }],
    });
    expect(await files.read('P-3')).toMatchObject({ price: { amount: '1.50' } });
    expect(await shop.db.collection('import_rows').countDocuments()).toBe(0);
    // Another file under the same id.
    const input = { fileId, position: 0, content: Buffer.from('sku,price\nP-3,3.00\n').toString('base64') };
    await shop.staff(UPLOAD, { input });
    expect((await start(fileId, refused.preview.token)).userErrors).toMatchObject([{ code: 'CONFLICT' }]);
    expect((await files.importFile('sku,price\nP-3,3.00\n', 'csv', '--if', token)).err).toBe(
      'The file or the catalogue has changed since the dry run. Look at a new dry run first.\nNothing was imported.\n',
    );
    const fresh = await preview(fileId);
    const { import: started } = await start(fileId, fresh.token);
    expect(await finished(started.id)).toMatchObject({ updated: 1 });
    expect(await files.read('P-3')).toMatchObject({ price: { amount: '3.00' } });
  });

  it.each<[string, Buffer | string, string, object]>([
    ['rows', 'sku,price\nP-1,x\nP-1,1\n', 'list.csv', { errorCount: 2, errors: [{ line: 2 }, { line: 3 }] }],
    ['the header', 'sku,price,Preis\nP-1,1,1\n', 'list.csv', { errorCount: 1, errors: [{ line: 1 }] }],
    [
      'the kind of file',
      '%PDF-1.4\n',
      'list.csv',
      { errors: [{ line: null, message: expect.stringContaining('This is a PDF') }] },
    ],
    [
      'the name',
      'sku\n',
      'list.xlsx',
      { errors: [{ line: null, message: expect.stringContaining('Save a workbook as CSV first') }] },
    ],
    ['no part', '', 'list.csv', { errors: [{ line: null, message: 'The file is empty.' }] }],
  ])('should name what is wrong: %s', async (_, content, name, expected) => {
    expect(await preview(await upload(content, 50), name)).toMatchObject({ token: null, ...expected });
  });

  it('should refuse parts that are too large, too many or not base64, and customers', async () => {
    const fileId = randomUUID();
    for (const [part, field] of [
      [{ fileId: 'x', position: 0, content: '' }, 'fileId'],
      [{ fileId, position: 100, content: '' }, 'position'],
      [{ fileId, position: -1, content: '' }, 'position'],
      [{ fileId, position: 0, content: '<&>' }, 'content'],
      [{ fileId, position: 0, content: Buffer.alloc(512 * 1024 + 1).toString('base64') }, 'content'],
    ] as const) {
      const { uploadProductFilePart } = await shop.staff(UPLOAD, { input: part });
      expect(uploadProductFilePart.userErrors).toMatchObject([{ code: 'INVALID_INPUT', field: [field] }]);
    }
    const { errors } = await shop.ask(
      UPLOAD,
      { input: { fileId, position: 0, content: '' } },
      userIdentity('carl'),
    );
    expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
    expect((await shop.staff('{ productImport(id: "x") { id } }')).productImport).toBeNull();
  });
});
