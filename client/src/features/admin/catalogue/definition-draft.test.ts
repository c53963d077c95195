import { describe, expect, it } from '@jest/globals';
import { toDefinition, toDrafts, toKey } from './definition-draft.js';

const draft = { id: 1, label: ' Seat height ', type: 'NUMBER' as const, unit: ' cm ', options: 'a\nb' };

describe('a property of a category', () => {
  it('should be sent with a key made of its name, and only with what its type knows', () => {
    expect(toDefinition(draft)).toEqual({
      name: 'seat-height',
      label: 'Seat height',
      type: 'NUMBER',
      unit: 'cm',
    });
    expect(toDefinition({ ...draft, type: 'CHOICE', options: 'S\n M\n\nL \nS' })).toEqual({
      name: 'seat-height',
      label: 'Seat height',
      type: 'CHOICE',
      options: ['S', 'M', 'L'],
    });
  });

  it('should keep its key when it is called otherwise, since products know it by that', () => {
    const [there] = toDrafts([
      { name: 'size', label: 'Size', type: 'CHOICE', unit: null, options: ['S', 'M'] },
    ]);
    expect(toDefinition({ ...there!, label: 'Fit', options: `${there!.options}\n1,5 l` })).toEqual({
      name: 'size',
      label: 'Fit',
      type: 'CHOICE',
      options: ['S', 'M', '1,5 l'],
    });
  });

  it.each([
    ['Küche & Bad', 'kuche-bad'],
    ['  --  ', ''],
    ['Größe', 'grosse'],
  ])('should make of %j the key %j', (text, key) => expect(toKey(text)).toBe(key));
});
