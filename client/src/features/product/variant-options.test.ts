import { describe, expect, it } from '@jest/globals';
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

describe('the options of a product', () => {
  it('should each lead to the variant that is like the present one otherwise', () => {
    const [colour, size] = listOptions(variants[1]!, variants, ['colour', 'size']);
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

  it('should leave out what no variant says anything about', () => {
    expect(listOptions(variants[0]!, variants, ['material'])).toEqual([]);
  });
});
