import { describe, expect, it } from '@jest/globals';
import { toDefinition, toKey } from './definition-draft.js';

const draft = { id: 1, label: ' Seat height ', type: 'NUMBER' as const, unit: ' cm ', options: 'a, b' };

describe('a property of a category', () => {
  it('should be sent with a key made of its name, and only with what its type knows', () => {
    expect(toDefinition(draft)).toEqual({
      name: 'seat-height',
      label: 'Seat height',
      type: 'NUMBER',
      unit: 'cm',
    });
    expect(toDefinition({ ...draft, type: 'CHOICE', options: 'S, M,, L , S' })).toEqual({
      name: 'seat-height',
      label: 'Seat height',
      type: 'CHOICE',
      options: ['S', 'M', 'L'],
    });
  });

  it.each([
    ['Küche & Bad', 'kuche-bad'],
    ['  --  ', ''],
    ['Größe', 'grosse'],
  ])('should make of %j the key %j', (text, key) => expect(toKey(text)).toBe(key));
});
