import type { AttributeDefinition, AttributeType, Category } from '../domain/categories/category.js';

const define = (
  name: string,
  label: string,
  type: AttributeType = 'TEXT',
  extra: Partial<AttributeDefinition> = {},
): AttributeDefinition => ({
  name,
  label,
  type,
  unit: null,
  options: [],
  ...extra,
});

/** The attributes that every department has. */
const COMMON = [define('brand', 'Brand'), define('material', 'Material'), define('colour', 'Colour')];
const number = (name: string, label: string, unit: string) => define(name, label, 'NUMBER', { unit });
const yesNo = (name: string, label: string) => define(name, label, 'BOOLEAN');

interface Department {
  readonly slug: string;
  readonly name: string;
  readonly description: string;
  readonly attributes: readonly AttributeDefinition[];
  /** Slug, name, description. */
  readonly shelves: readonly (readonly [string, string, string])[];
}

const DEPARTMENTS: readonly Department[] = [
  {
    slug: 'kitchen',
    name: 'Kitchen',
    description: 'Pans that outlive their owners, cups that fit the hand, and good coffee.',
    attributes: [number('capacity', 'Capacity', 'l'), yesNo('dishwasherSafe', 'Dishwasher safe')],
    shelves: [
      ['cookware', 'Cookware', 'Pots, pans and knives.'],
      ['coffee-and-tea', 'Coffee & tea', 'Kettles, brewers and grinders.'],
      ['tableware', 'Tableware', 'Plates, bowls, glasses and cutlery.'],
    ],
  },
  {
    slug: 'living',
    name: 'Living',
    description: 'Light, warmth and a place to sit.',
    attributes: [number('width', 'Width', 'cm'), number('height', 'Height', 'cm')],
    shelves: [
      ['lighting', 'Lighting', 'Lamps for reading, eating and late hours.'],
      ['textiles', 'Textiles', 'Blankets, cushions, linen and rugs.'],
      ['furniture', 'Furniture', 'Chairs, tables and shelves.'],
    ],
  },
  {
    slug: 'clothing',
    name: 'Clothing',
    description: 'Few, good things to wear.',
    attributes: [
      define('size', 'Size', 'CHOICE', {
        options: ['XS', 'S', 'M', 'L', 'XL', '36-38', '39-41', '42-44', '45-47'],
      }),
      define('fit', 'Fit', 'CHOICE', { options: ['Slim', 'Regular', 'Relaxed'] }),
    ],
    shelves: [
      ['knitwear', 'Knitwear', 'Jumpers and cardigans.'],
      ['shirts-and-tops', 'Shirts & tops', 'T-shirts, shirts and blouses.'],
      ['outerwear', 'Outerwear', 'Jackets and coats for real weather.'],
      ['accessories', 'Accessories', 'Socks, hats, scarves and belts.'],
    ],
  },
  {
    slug: 'outdoor',
    name: 'Outdoor',
    description: 'For a night out under the stars, or the ride to work.',
    attributes: [number('weight', 'Weight', 'g'), yesNo('waterproof', 'Waterproof')],
    shelves: [
      ['camping', 'Camping', 'Tents, sleeping bags and stoves.'],
      ['packs-and-bags', 'Packs & bags', 'From the day pack to the long walk.'],
      ['cycling', 'Cycling', 'Lights, locks and bags for the bicycle.'],
    ],
  },
  {
    slug: 'office',
    name: 'Desk',
    description: 'Paper, pens and an orderly place to think.',
    attributes: [number('pages', 'Pages', 'pages')],
    shelves: [
      ['notebooks', 'Notebooks', 'Bound, stitched and spiral.'],
      ['writing', 'Writing', 'Fountain pens, pencils and ink.'],
      ['on-the-desk', 'On the desk', 'Trays, stands and small helpers.'],
    ],
  },
  {
    slug: 'sound',
    name: 'Sound & tech',
    description: 'Listen well, charge quickly.',
    attributes: [
      yesNo('wireless', 'Wireless'),
      number('batteryLife', 'Battery life', 'h'),
      number('power', 'Power', 'W'),
    ],
    shelves: [
      ['headphones', 'Headphones', 'Over the ear, on it and in it.'],
      ['speakers', 'Speakers & turntables', 'For a kitchen or a whole flat.'],
      ['power-and-cables', 'Power & cables', 'Chargers, cables and stands.'],
    ],
  },
  {
    slug: 'garden',
    name: 'Garden',
    description: 'For a window sill, a balcony or an acre.',
    attributes: [number('diameter', 'Diameter', 'cm'), yesNo('frostProof', 'Frost proof')],
    shelves: [
      ['pots-and-planters', 'Pots & planters', 'Clay, stone and zinc.'],
      ['garden-tools', 'Garden tools', 'Forged, sharp and easy to mend.'],
      ['seeds-and-plants', 'Seeds & plants', 'Things that grow.'],
    ],
  },
  {
    slug: 'play',
    name: 'Play',
    description: 'For long evenings and rainy afternoons.',
    attributes: [number('minAge', 'From age', 'years'), define('players', 'Players')],
    shelves: [
      ['board-games', 'Board games', 'For two, and for the whole table.'],
      ['wooden-toys', 'Wooden toys', 'Beech, maple and good paint.'],
      ['puzzles', 'Puzzles', 'A few pieces or two thousand.'],
    ],
  },
];

/** The sample shop's departments and their shelves, parents first. */
export const SAMPLE_CATEGORIES: readonly Omit<Category, 'version'>[] = DEPARTMENTS.flatMap(
  ({ shelves, attributes, ...department }, position) => [
    {
      ...department,
      parent: null,
      path: [department.slug],
      position,
      attributes: [...COMMON, ...attributes],
    },
    ...shelves.map(([slug, name, description], index) => ({
      slug,
      name,
      description,
      parent: department.slug,
      path: [department.slug, slug],
      position: index,
      attributes: [],
    })),
  ],
);
