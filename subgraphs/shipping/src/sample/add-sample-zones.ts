import type { Clock, Logger } from '@cartograph/kit';
import { COUNTRY_CODES } from '@cartograph/kit/countries';
import { parseMoney, type CurrencyCode } from '@cartograph/money';
import { v5 as uuidv5 } from 'uuid';
import type { Area } from '../domain/area.js';
import type { Method, Rate } from '../domain/method.js';
import type { Zone } from '../domain/zone.js';
import type { ShippingStore } from '../store/store.js';

/** Sample zones have the same ids everywhere. */
const NAMESPACE = '0b9c2f64-5b0c-5f7e-8f55-6c2f3a6f7f10';

const EUROPEAN_UNION = 'AT BE BG CY CZ DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK'.split(
  ' ',
);
const REST_OF_EUROPE = 'AD AL AX BA CH FO GB GG GI IM IS JE LI MC MD ME MK NO RS SM UA VA XK'.split(' ');
/** Where the sample shop does not ship. */
const NOWHERE = new Set('AQ BV HM TF UM'.split(' '));

interface SampleMethod {
  readonly name: string;
  readonly kind?: Method['kind'];
  /** Grams, or null for any weight, and the price. */
  readonly rates: readonly (readonly [upToWeight: number | null, price: string])[];
  readonly freeFrom?: string;
  readonly days: number;
}

const whole = (countries: readonly string[]): Area[] =>
  countries.map((country) => ({ country, postalCodes: [] }));

const SAMPLE: readonly { name: string; areas: readonly Area[]; methods: readonly SampleMethod[] }[] = [
  {
    name: 'Germany',
    areas: whole(['DE']),
    methods: [
      {
        name: 'Standard',
        rates: [
          [10_000, '4.90'],
          [31_500, '9.90'],
          [null, '39.00'],
        ],
        freeFrom: '50.00',
        days: 3,
      },
      {
        name: 'Express',
        rates: [
          [10_000, '9.90'],
          [31_500, '19.90'],
        ],
        days: 1,
      },
      { name: 'Pick-up in our shop', kind: 'PICK_UP', rates: [[null, '0.00']], days: 1 },
    ],
  },
  {
    name: 'German islands',
    areas: [
      {
        country: 'DE',
        postalCodes: [
          '18565',
          '25849',
          '25859',
          '25863',
          '25938..25999',
          '26465..26486',
          '26548',
          '26571',
          '26579',
          '26757',
          '27498',
        ],
      },
    ],
    methods: [
      {
        name: 'Standard',
        rates: [
          [31_500, '14.90'],
          [null, '59.00'],
        ],
        days: 5,
      },
    ],
  },
  {
    name: 'European Union',
    areas: whole(EUROPEAN_UNION),
    methods: [
      {
        name: 'Standard',
        rates: [
          [10_000, '12.90'],
          [31_500, '24.90'],
          [null, '79.00'],
        ],
        freeFrom: '150.00',
        days: 5,
      },
      { name: 'Express', rates: [[31_500, '29.90']], days: 2 },
    ],
  },
  {
    name: 'Rest of Europe',
    areas: whole(REST_OF_EUROPE),
    methods: [
      {
        name: 'Standard',
        rates: [
          [10_000, '19.90'],
          [31_500, '34.90'],
          [null, '99.00'],
        ],
        days: 7,
      },
    ],
  },
  {
    name: 'Rest of the world',
    areas: whole(
      [...COUNTRY_CODES].filter(
        (country) => ![...EUROPEAN_UNION, ...REST_OF_EUROPE, 'DE'].includes(country) && !NOWHERE.has(country),
      ),
    ),
    methods: [
      {
        name: 'International',
        rates: [
          [5_000, '34.90'],
          [31_500, '69.00'],
        ],
        days: 14,
      },
    ],
  },
];

interface Deps {
  readonly store: Pick<ShippingStore, 'insertFirst'>;
  readonly currency: CurrencyCode;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Adds the zones of the sample shop to a shop that has none. Safe to repeat and to race. */
export async function addSampleZones({ store, currency, clock, logger }: Deps): Promise<void> {
  const at = clock().getTime();
  const minor = (amount: string) =>
    parseMoney({ amount: currency === 'JPY' ? amount.replace('.', '') : amount, currency }).minor;
  const toRate = ([upToWeight, price]: SampleMethod['rates'][number]): Rate => ({
    upToWeight,
    fromMinor: null,
    priceMinor: minor(price),
  });
  const zones = SAMPLE.map(({ name, areas, methods }, index): Zone => {
    const id = uuidv5(name, NAMESPACE);
    // A millisecond apart, since lists are in the order of creation.
    const createdAt = new Date(at + index * 10);
    return {
      ...{ id, name, areas, version: 1, createdAt },
      methods: methods.map(({ name: method, kind = 'DELIVERY', rates, freeFrom, days }, position) => ({
        ...{ id: uuidv5(method, id), zoneId: id, name: method, kind, currency },
        rates: rates.map(toRate),
        freeFromMinor: freeFrom === undefined ? null : minor(freeFrom),
        estimatedDays: days,
        isActive: true,
        version: 1,
        createdAt: new Date(createdAt.getTime() + position),
      })),
    };
  });
  if (await store.insertFirst(zones)) logger.info({ added: zones.length }, "Added the sample shop's zones");
}
