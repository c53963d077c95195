import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { userIdentity, type RunningSubgraph } from '@cartograph/testing';
import { admin, euro, orders, startShipping } from './support.js';

let shipping: RunningSubgraph;
beforeAll(async () => {
  shipping = await startShipping();
});
afterAll(() => shipping.close());

const ERRORS = 'userErrors { code message field }';
const ZONE = 'zone { id name version areas { country postalCodes } methods { id name } }';
const METHOD = `method { id name kind version isActive estimatedDays freeFrom { amount currency }
  rates { upToWeight fromSubtotal { amount } price { amount } } }`;
const PAYLOADS = {
  createShippingZone: ['CreateShippingZoneInput', ZONE],
  updateShippingZone: ['UpdateShippingZoneInput', ZONE],
  deleteShippingZone: ['DeleteShippingZoneInput', 'deletedId'],
  createShippingMethod: ['CreateShippingMethodInput', METHOD],
  updateShippingMethod: ['UpdateShippingMethodInput', METHOD],
  deleteShippingMethod: ['DeleteShippingMethodInput', 'deletedId'],
} as const;

async function staff(field: keyof typeof PAYLOADS, input: object) {
  const [type, payload] = PAYLOADS[field];
  const query = `mutation ($input: ${type}!) { ${field}(input: $input) { ${payload} ${ERRORS} } }`;
  const { data, errors } = await shipping.ask(query, { input }, admin);
  if (errors) throw new Error(JSON.stringify(errors));
  return data[field];
}
const refusals = async (field: keyof typeof PAYLOADS, input: object) =>
  (await staff(field, input)).userErrors.map(({ code, field: path }: { code: string; field: string[] }) => [
    code,
    path?.join('.') ?? null,
  ]);

async function addZone(name: string, ...areas: object[]): Promise<string> {
  const { zone, userErrors } = await staff('createShippingZone', { name, areas });
  if (!zone) throw new Error(JSON.stringify(userErrors));
  return zone.id;
}
async function addMethod(zoneId: string, fields: object = {}): Promise<string> {
  const input = { zoneId, name: 'Standard', rates: [{ price: euro('4.90') }], estimatedDays: 3, ...fields };
  const { method, userErrors } = await staff('createShippingMethod', input);
  if (!method) throw new Error(JSON.stringify(userErrors));
  return method.id;
}
const listZones = async () =>
  (await shipping.ask('{ shippingZones { id } }', {}, admin)).data.shippingZones as { id: string }[];

beforeEach(async () => {
  for (const { id } of await listZones()) await staff('deleteShippingZone', { id });
});

interface To {
  readonly country?: string;
  readonly postalCode?: string | null;
  readonly amount?: string;
  /** Of each of two units. */
  readonly weight?: number | null;
  readonly currency?: string;
}

async function options({
  country = 'DE',
  postalCode = '10115',
  amount = '20.00',
  weight = 500,
  currency = 'EUR',
}: To = {}) {
  const r = [
    {
      __typename: 'Cart',
      id: 'cart-1',
      items: [
        { quantity: 2, product: { id: 'mug', weight } },
        // The catalogue does not know this one any more.
        { quantity: 1, product: null },
      ],
      subtotal: { amount, currency },
    },
  ];
  const query = `query ($r: [_Any!]!, $country: CountryCode!, $postalCode: String) { _entities(representations: $r) {
    ... on Cart { shippingOptions(country: $country, postalCode: $postalCode) { id name kind estimatedDays price { amount currency } } } } }`;
  const { data, errors } = await shipping.ask(query, { r, country, postalCode });
  if (errors) throw new Error(JSON.stringify(errors));
  return data._entities[0].shippingOptions as
    { id: string; name: string; price: { amount: string } }[] | null;
}
const offers = async (to?: To) =>
  (await options(to))?.map(({ name, price }) => `${name} ${price.amount}`) ?? null;

async function quote(input: object) {
  const query = `query ($input: QuoteShippingInput!) { quoteShipping(input: $input) { outcome option { id name price { amount } } } }`;
  const given = { country: 'DE', postalCode: '10115', weight: 1_000, subtotal: euro('20.00'), ...input };
  return (await shipping.ask(query, { input: given }, orders)).data.quoteShipping;
}

describe('the options of a cart', () => {
  it('are null, and a quote says so, in a shop without zones', async () => {
    expect(await options()).toBeNull();
    expect(await quote({})).toEqual({ outcome: 'NOT_CONFIGURED', option: null });
    expect((await shipping.ask('{ shop { countries } }')).data.shop.countries).toContain('AQ');
  });

  it('are the methods of its zone, cheapest first, then fastest', async () => {
    const zone = await addZone('Germany', { country: 'DE' });
    await addMethod(zone, { name: 'Express', rates: [{ price: euro('9.90') }], estimatedDays: 1 });
    await addMethod(zone, { name: 'Slow', estimatedDays: 6 });
    await addMethod(zone);
    await addMethod(zone, { name: 'Off', isActive: false });
    const shop = await addMethod(zone, { name: 'Shop', kind: 'PICK_UP', rates: [{ price: euro('0') }] });
    expect(await offers()).toEqual(['Shop 0.00', 'Standard 4.90', 'Slow 4.90', 'Express 9.90']);
    expect((await options())![0]).toEqual({
      id: shop,
      name: 'Shop',
      kind: 'PICK_UP',
      estimatedDays: 3,
      price: euro('0.00'),
    });
  });

  it('cost what the cheapest fitting rate says, by weight and by subtotal', async () => {
    const zone = await addZone('Germany', { country: 'DE' });
    await addMethod(zone, {
      rates: [
        { upToWeight: 1_000, price: euro('4.90') },
        { upToWeight: 5_000, price: euro('7.90') },
        { upToWeight: 5_000, fromSubtotal: euro('30.00'), price: euro('2.90') },
      ],
      freeFrom: euro('50.00'),
    });
    expect(await offers({ weight: 500 })).toEqual(['Standard 4.90']);
    expect(await offers({ weight: 501 })).toEqual(['Standard 7.90']);
    expect(await offers({ weight: 2_500, amount: '29.99' })).toEqual(['Standard 7.90']);
    expect(await offers({ weight: 2_500, amount: '30.00' })).toEqual(['Standard 2.90']);
    expect(await offers({ weight: 2_500, amount: '49.99' })).toEqual(['Standard 2.90']);
    expect(await offers({ weight: 2_500, amount: '50.00' })).toEqual(['Standard 0.00']);
    // Too heavy, even where it would be free.
    expect(await offers({ weight: 2_501, amount: '50.00' })).toEqual([]);
    expect(await offers({ weight: null })).toEqual(['Standard 4.90']);
  });

  it('are those of the zone that describes the postal code most precisely', async () => {
    for (const [name, country, ...postalCodes] of [
      ['Germany', 'DE'],
      ['North', 'DE', '2', '17..19'],
      ['Islands', 'DE', '18565', '25938..25999'],
      ['London', 'GB', 'EC', 'SW'],
      ['Switzerland', 'CH'],
    ] as const)
      await addMethod(await addZone(name, { country, postalCodes }), { name });
    const to = async (postalCode: string | null, country = 'DE') =>
      (await options({ country, postalCode }))!.map(({ name }) => name).join();
    expect(await to('10115')).toBe('Germany');
    expect(await to('20095')).toBe('North');
    expect(await to('18055')).toBe('North');
    expect(await to('16999')).toBe('Germany');
    expect(await to('18565')).toBe('Islands');
    expect(await to('D-25 980')).toBe('Islands');
    expect(await to('26000')).toBe('North');
    expect(await to('sw1a 1aa', 'GB')).toBe('London');
    expect(await to('M1 1AE', 'GB')).toBe('');
    expect(await to('8001', 'ch')).toBe('Switzerland');
    // Without a postal code, only whole countries count.
    expect(await to(null)).toBe('Germany');
    expect(await to(' ')).toBe('Germany');
    expect(await to(null, 'GB')).toBe('');
  });

  it.each([
    ['a country of no zone', { country: 'FR', postalCode: '75001' }],
    ['no country', { country: 'ZZ' }],
    ['a malformed postal code', { postalCode: '1011' }],
    ['a word', { postalCode: 'Berlin' }],
    ['an endless postal code', { postalCode: '1'.repeat(10_000) }],
    ['a control character', { postalCode: '10\u0000115' }],
    ['another currency', { currency: 'USD' }],
  ])('are none for %s', async (_, to) => {
    await addMethod(await addZone('Germany', { country: 'DE' }));
    expect(await offers(to)).toEqual([]);
  });

  it('are a fault for what is not a country code', async () => {
    await expect(options({ country: 'Germany' })).rejects.toThrow(
      'CountryCode: expected a string such as \\"DE\\", got \\"Germany\\".',
    );
  });

  it('are null for a cart without a subtotal', async () => {
    await addMethod(await addZone('Germany', { country: 'DE' }));
    const r = [{ __typename: 'Cart', id: 'cart-1', items: [], subtotal: null }];
    const query = `query ($r: [_Any!]!) { _entities(representations: $r) { ... on Cart { shippingOptions(country: "DE") { id } } } }`;
    expect(await shipping.ask(query, { r })).toEqual({ data: { _entities: [{ shippingOptions: null }] } });
  });

  it('read the zones once, for any number of carts', async () => {
    await addMethod(await addZone('Germany', { country: 'DE' }));
    const cart = (id: number) => ({
      __typename: 'Cart',
      id: `${id}`,
      items: [{ quantity: id, product: { id: 'mug', weight: 1 } }],
      subtotal: euro('1.00'),
    });
    const query = `query ($r: [_Any!]!) { _entities(representations: $r) { ... on Cart { shippingOptions(country: "DE") { name } } } }`;
    const { data } = await shipping.ask(query, { r: Array.from({ length: 50 }, (_, id) => cart(id)) });
    expect(data._entities).toEqual(Array(50).fill({ shippingOptions: [{ name: 'Standard' }] }));
  });
});

describe('a quote', () => {
  it('is of the chosen option, or of the cheapest', async () => {
    const zone = await addZone('Germany', { country: 'DE' });
    const express = await addMethod(zone, { name: 'Express', rates: [{ price: euro('9.90') }] });
    const standard = await addMethod(zone);
    expect(await quote({})).toMatchObject({
      outcome: 'OK',
      option: { id: standard, price: { amount: '4.90' } },
    });
    expect(await quote({ optionId: express })).toMatchObject({ outcome: 'OK', option: { name: 'Express' } });
    expect(await quote({ optionId: 'none' })).toEqual({ outcome: 'OPTION_UNAVAILABLE', option: null });
    expect(await quote({ country: 'FR' })).toEqual({ outcome: 'NO_METHOD', option: null });
    expect(await quote({ optionId: express, country: 'FR' })).toEqual({ outcome: 'NO_METHOD', option: null });
    await staff('updateShippingMethod', { id: express, isActive: false });
    expect(await quote({ optionId: express })).toEqual({ outcome: 'OPTION_UNAVAILABLE', option: null });
  });

  it('is only for services', async () => {
    const query = `{ quoteShipping(input: { country: "DE", weight: 1, subtotal: { amount: "1.00", currency: EUR } }) { outcome } }`;
    for (const identity of [admin, userIdentity('carl')])
      expect((await shipping.ask(query, {}, identity)).errors).toMatchObject([
        { extensions: { code: 'FORBIDDEN' } },
      ]);
  });
});

describe('the countries of the shop', () => {
  it('are those of the zones that something ships to', async () => {
    const zone = await addZone('Centre', { country: 'DE' }, { country: 'AT', postalCodes: ['1'] });
    await addZone('Empty', { country: 'FR' });
    const countries = async () => (await shipping.ask('{ shop { countries } }')).data.shop.countries;
    expect(await countries()).toEqual([]);
    await addMethod(zone);
    expect(await countries()).toEqual(['AT', 'DE']);
  });
});

describe('a zone', () => {
  it('is read back as staff wrote it', async () => {
    const areas = [
      { country: 'de', postalCodes: ['D-10*', ' 20 .. 22 ', '10'] },
      { country: 'NL', postalCodes: ['1012 ab'] },
    ];
    const { zone } = await staff('createShippingZone', { name: '  Cities ', areas });
    expect(zone).toEqual({
      id: expect.any(String),
      name: 'Cities',
      version: 1,
      methods: [],
      areas: [
        { country: 'DE', postalCodes: ['10', '20..22'] },
        { country: 'NL', postalCodes: ['1012AB'] },
      ],
    });
    const updated = await staff('updateShippingZone', { id: zone.id, version: 1, name: 'Towns' });
    expect(updated.zone).toEqual({ ...zone, name: 'Towns', version: 2 });
    const one = 'query ($id: ID!) { shippingZone(id: $id) { name } }';
    expect((await shipping.ask(one, { id: zone.id }, admin)).data.shippingZone).toEqual({ name: 'Towns' });
    expect((await shipping.ask(one, { id: 'none' }, admin)).data.shippingZone).toBeNull();
  });

  it.each([
    [{ name: ' ' }, 'INVALID_INPUT', 'name'],
    [{ areas: [] }, 'INVALID_INPUT', 'areas'],
    [{ areas: [{ country: 'ZZ' }] }, 'INVALID_INPUT', 'areas.0.country'],
    [{ areas: [{ country: 'DE' }, { country: 'DE' }] }, 'INVALID_INPUT', 'areas.1.country'],
    [{ areas: [{ country: 'DE', postalCodes: ['1', 'AB'] }] }, 'INVALID_INPUT', 'areas.0.postalCodes.1'],
    [{ areas: [{ country: 'DE', postalCodes: [''] }] }, 'INVALID_INPUT', 'areas.0.postalCodes.0'],
    [{ areas: [{ country: 'DE', postalCodes: ['123456'] }] }, 'INVALID_INPUT', 'areas.0.postalCodes.0'],
    [{ areas: [{ country: 'DE', postalCodes: ['2..1'] }] }, 'INVALID_INPUT', 'areas.0.postalCodes.0'],
    [{ areas: [{ country: 'DE', postalCodes: ['1..22'] }] }, 'INVALID_INPUT', 'areas.0.postalCodes.0'],
    [{ areas: [{ country: 'DE', postalCodes: ['1..2..3'] }] }, 'INVALID_INPUT', 'areas.0.postalCodes.0'],
  ])('is refused for %j', async (fields, code, field) => {
    const input = { name: 'Zone', areas: [{ country: 'AT' }], ...fields };
    expect(await refusals('createShippingZone', input)).toEqual([[code, field]]);
    const id = await addZone('Other', { country: 'FR' });
    expect(await refusals('updateShippingZone', { id, ...fields })).toEqual([[code, field]]);
  });

  it.each([
    ['the same country', ['DE'], ['DE']],
    ['the same postal code', ['DE', '10'], ['DE', '10']],
    ['a postal code in a range', ['DE', '12'], ['DE', '10..14']],
    ['ranges that overlap', ['DE', '10..14'], ['DE', '14..20']],
  ] as const)('is refused for %s as another', async (_, [country, ...postalCodes], [same, ...others]) => {
    await addZone('First', { country: 'PL' }, { country, postalCodes });
    const areas = [{ country: same, postalCodes: others }];
    expect(await refusals('createShippingZone', { name: 'Second', areas })).toEqual([
      ['ZONE_OVERLAP', 'areas.0'],
    ]);
    const id = await addZone('Third', { country: 'FR' });
    expect(await refusals('updateShippingZone', { id, areas })).toEqual([['ZONE_OVERLAP', 'areas.0']]);
    expect(await listZones()).toHaveLength(2);
  });

  it('may lie inside another, described more precisely', async () => {
    await addZone('Germany', { country: 'DE' });
    await addZone('Berlin', { country: 'DE', postalCodes: ['10..14'] });
    await addZone('Centre', { country: 'DE', postalCodes: ['101'] });
    expect(await listZones()).toHaveLength(3);
  });

  it('is created once when two requests race', async () => {
    const create = () => staff('createShippingZone', { name: 'Race', areas: [{ country: 'DE' }] });
    const results = await Promise.all([create(), create(), create(), create()]);
    expect(results.filter(({ zone }) => zone)).toHaveLength(1);
    expect(await listZones()).toHaveLength(1);
  });

  it('is not overwritten by a change of an older version', async () => {
    const id = await addZone('Germany', { country: 'DE' });
    const change = (name: string) => staff('updateShippingZone', { id, version: 1, name });
    const results = await Promise.all(['A', 'B', 'C'].map(change));
    const codes = results.flatMap(({ userErrors }) => userErrors.map(({ code }: { code: string }) => code));
    expect(codes).toEqual(['CONFLICT', 'CONFLICT']);
    for (const { zone } of results) expect(zone.version).toBe(2);
    expect(await refusals('deleteShippingZone', { id, version: 1 })).toEqual([['CONFLICT', 'version']]);
    expect(await staff('deleteShippingZone', { id, version: 2 })).toEqual({ deletedId: id, userErrors: [] });
    expect(await refusals('deleteShippingZone', { id })).toEqual([['NOT_FOUND', 'id']]);
    expect(await refusals('updateShippingZone', { id, name: 'D' })).toEqual([['NOT_FOUND', 'id']]);
  });

  it.each(['GERMANY', 'Germany'])('needs a name of its own, not %s', async (name) => {
    await addZone('Germany', { country: 'DE' });
    expect(await refusals('createShippingZone', { name, areas: [{ country: 'AT' }] })).toEqual([
      ['SHIPPING_NAME_TAKEN', 'name'],
    ]);
  });
});

describe('a method', () => {
  it('is changed and deleted', async () => {
    const zone = await addZone('Germany', { country: 'DE' });
    const id = await addMethod(zone, { freeFrom: euro('50') });
    const { method } = await staff('updateShippingMethod', {
      id,
      version: 1,
      name: 'Post',
      estimatedDays: 2,
    });
    expect(method).toEqual({
      ...{ id, name: 'Post', kind: 'DELIVERY', version: 2, isActive: true, estimatedDays: 2 },
      freeFrom: euro('50.00'),
      rates: [{ upToWeight: null, fromSubtotal: null, price: { amount: '4.90' } }],
    });
    const rates = [{ upToWeight: 100, fromSubtotal: euro('1'), price: euro('2') }];
    expect((await staff('updateShippingMethod', { id, freeFrom: null, rates })).method).toMatchObject({
      freeFrom: null,
      rates: [{ upToWeight: 100, fromSubtotal: { amount: '1.00' }, price: { amount: '2.00' } }],
    });
    const stale = await staff('updateShippingMethod', { id, version: 1, name: 'Old' });
    expect(stale).toMatchObject({ method: { version: 3, name: 'Post' }, userErrors: [{ code: 'CONFLICT' }] });
    expect(await staff('deleteShippingMethod', { id })).toEqual({ deletedId: id, userErrors: [] });
    expect(await refusals('deleteShippingMethod', { id })).toEqual([['NOT_FOUND', 'id']]);
  });

  it.each([
    [{ name: '' }, 'INVALID_INPUT', 'name'],
    [{ rates: [] }, 'INVALID_INPUT', 'rates'],
    [{ rates: [{ price: euro('-1') }] }, 'INVALID_INPUT', 'rates.0.price.amount'],
    [{ rates: [{ price: euro('1.005') }] }, 'INVALID_INPUT', 'rates.0.price.amount'],
    [{ rates: [{ price: { amount: '1', currency: 'USD' } }] }, 'CURRENCY_MISMATCH', 'rates.0.price.currency'],
    [{ rates: [{ price: euro('1'), upToWeight: 0 }] }, 'INVALID_INPUT', 'rates.0.upToWeight'],
    [{ freeFrom: euro('-1') }, 'INVALID_INPUT', 'freeFrom.amount'],
    [{ freeFrom: { amount: '1', currency: 'JPY' } }, 'CURRENCY_MISMATCH', 'freeFrom.currency'],
    [{ estimatedDays: -1 }, 'INVALID_INPUT', 'estimatedDays'],
    [{ estimatedDays: 366 }, 'INVALID_INPUT', 'estimatedDays'],
  ])('is refused for %j', async (fields, code, field) => {
    const zoneId = await addZone('Germany', { country: 'DE' });
    const input = { name: 'New', rates: [{ price: euro('1') }], estimatedDays: 1, ...fields };
    expect(await refusals('createShippingMethod', { zoneId, ...input })).toEqual([[code, field]]);
    const id = await addMethod(zoneId);
    expect(await refusals('updateShippingMethod', { id, ...fields })).toEqual([[code, field]]);
  });

  it('belongs to a zone that exists and has a name of its own there', async () => {
    const zoneId = await addZone('Germany', { country: 'DE' });
    const other = await addZone('France', { country: 'FR' });
    await addMethod(zoneId);
    await addMethod(other);
    const input = { name: 'standard', rates: [{ price: euro('1') }], estimatedDays: 1 };
    expect(await refusals('createShippingMethod', { ...input, zoneId })).toEqual([
      ['SHIPPING_NAME_TAKEN', 'name'],
    ]);
    expect(await refusals('createShippingMethod', { ...input, zoneId: 'none' })).toEqual([
      ['NOT_FOUND', 'zoneId'],
    ]);
  });

  it.each(Object.keys(PAYLOADS) as (keyof typeof PAYLOADS)[])(
    'and zones are for staff only: %s',
    async (field) => {
      const type = PAYLOADS[field][0];
      const variables = {
        input: {
          createShippingZone: { name: 'Z', areas: [] },
          createShippingMethod: { zoneId: 'z', name: 'M', rates: [], estimatedDays: 1 },
        }[field as string] ?? { id: 'x' },
      };
      const query = `mutation ($input: ${type}!) { ${field}(input: $input) { userErrors { code } } }`;
      expect((await shipping.ask(query, variables, userIdentity('carl'))).errors).toMatchObject([
        { extensions: { code: 'FORBIDDEN' } },
      ]);
      expect((await shipping.ask('{ shippingZones { id } }')).data.shippingZones).toBeNull();
    },
  );
});

it('has the sample zones if its configuration says so', async () => {
  const sample = await startShipping({ SAMPLE_DATA: true });
  const query = '{ shippingZones { name methods { name } } shop { countries } }';
  const { data } = await sample.ask(query, {}, admin);
  expect(data.shippingZones[0]).toEqual({
    name: 'Germany',
    methods: [{ name: 'Standard' }, { name: 'Express' }, { name: 'Pick-up in our shop' }],
  });
  expect(data.shop.countries).not.toContain('AQ');
  await sample.close();
});
