import { describe, expect, it } from '@jest/globals';
import { chosenFilters } from './search-filter.js';

const chosen = (address: string) =>
  chosenFilters(new URLSearchParams(address)).map(({ without, ...filter }) => [filter, without.toString()]);

describe('filters in the address', () => {
  it('should each lead to the list without that filter, keeping the words and the order of the list', () =>
    expect(chosen('q=shirt&a.colour=Navy&a.colour=Red&category=men&min=10&max=20&stock=1&sort=NAME')).toEqual(
      [
        [{ kind: 'stock' }, 'q=shirt&a.colour=Navy&a.colour=Red&category=men&min=10&max=20&sort=NAME'],
        [
          { kind: 'category', slug: 'men' },
          'q=shirt&a.colour=Navy&a.colour=Red&min=10&max=20&stock=1&sort=NAME',
        ],
        [
          { kind: 'price', min: '10', max: '20' },
          'q=shirt&a.colour=Navy&a.colour=Red&category=men&stock=1&sort=NAME',
        ],
        [
          { kind: 'attribute', name: 'colour', value: 'Navy' },
          'q=shirt&category=men&min=10&max=20&stock=1&sort=NAME&a.colour=Red',
        ],
        [
          { kind: 'attribute', name: 'colour', value: 'Red' },
          'q=shirt&category=men&min=10&max=20&stock=1&sort=NAME&a.colour=Navy',
        ],
      ],
    ));

  it('should show a value that is named twice once, and remove both', () =>
    expect(chosen('a.size=M&a.size=M&category=men&category=men')).toEqual([
      [{ kind: 'category', slug: 'men' }, 'a.size=M&a.size=M'],
      [{ kind: 'attribute', name: 'size', value: 'M' }, 'category=men&category=men'],
    ]));

  it('should not count words, order and foreign parameters as filters', () =>
    expect(chosen('q=shirt&sort=NAME&stock=0&utm_source=mail&min=&max=')).toEqual([]));
});
