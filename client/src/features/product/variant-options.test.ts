import { describe, expect, it } from '@jest/globals';
import { swatchOf } from './swatch.js';
import { listOptions, type Variant } from './variant-options.js';

const jumper = (colour: string, size: string, inStock = true): Variant => ({
  sku: `${colour}-${size}`,
  availability: { inStock },
  attributes: [
    { name: 'colour', label: 'Colour', value: colour },
    { name: 'size', label: 'Size', value: size, unit: null },
    { name: 'brand', label: 'Brand', value: 'Knit & Co' },
  ],
});
const variants = [jumper('navy', 'S'), jumper('navy', 'M'), jumper('oat', 'M', false), jumper('oat', 'L')];

const COLOUR = { name: 'colour', label: 'Colour', values: ['navy', 'oat'] };
const SIZE = { name: 'size', label: 'Size', values: ['XS', 'S', 'M', 'L'] };

describe('the options of a product', () => {
  it('should each lead to the variant that is like the present one otherwise', () => {
    const [colour, size] = listOptions(variants[1]!, variants, [COLOUR, SIZE]);
    expect(colour).toMatchObject({
      label: 'Colour',
      choices: [
        { value: 'navy', sku: 'navy-M', isChosen: true, inStock: true },
        { value: 'oat', sku: 'oat-M', isChosen: false, inStock: false },
      ],
    });
    expect(size!.choices.map(({ value, sku }) => [value, sku])).toEqual([
      ['S', 'navy-S'],
      ['M', 'navy-M'],
      ['L', 'oat-L'],
    ]);
  });

  it('should say what cannot be combined with the present choices', () => {
    const [colour, size] = listOptions(variants[1]!, variants, [COLOUR, SIZE]);
    expect(colour!.choices.map(({ changes }) => changes)).toEqual([[], []]);
    expect(size!.choices.map(({ changes }) => changes)).toEqual([[], [], ['Colour oat']]);
  });

  it('should lead to a variant in stock where several have as much in common', () => {
    const more = [jumper('red', 'XL'), jumper('red', 'S', false), jumper('red', 'M')];
    const [colour] = listOptions(
      more[0]!,
      [jumper('oat', 'S', false), jumper('oat', 'M'), ...more],
      [COLOUR, SIZE],
    );
    expect(colour!.choices[0]).toMatchObject({ value: 'oat', sku: 'oat-M', changes: ['Size M'] });
  });

  it.each([
    ['colour', 'Navy', true],
    ['color', 'oat', true],
    ['colour', 'Midnight dream', false],
    ['size', 'Navy', false],
  ])('should show a swatch for %s %s: %s', (name, value, isShown) => {
    expect(swatchOf(name, value) !== undefined).toBe(isShown);
  });

  it('should leave out values that no variant has', () => {
    expect(listOptions(variants[0]!, variants, [SIZE])[0]!.choices.map(({ value }) => value)).toEqual([
      'S',
      'M',
      'L',
    ]);
  });
});
