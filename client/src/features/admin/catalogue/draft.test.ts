import { describe, expect, it } from '@jest/globals';
import { differences, EMPTY_DRAFT, rebase, toChanges, type Draft } from './draft.js';

const base: Draft = {
  ...EMPTY_DRAFT,
  name: 'Mug',
  price: '12.00',
  category: 'kitchen',
  attributes: [
    { name: 'colour', value: 'red' },
    { name: 'material', value: 'clay' },
  ],
};

describe('a draft of a product', () => {
  it('should send only what was changed', () => {
    expect(toChanges(base, { ...base, price: ' 13.00 ' }, 'EUR')).toEqual({
      price: { amount: '13.00', currency: 'EUR' },
    });
    expect(toChanges(base, base, 'EUR')).toEqual({});
  });

  it('should not take another order of the properties for a change', () => {
    expect(differences(base, { ...base, attributes: base.attributes.toReversed() })).toEqual([]);
  });

  it('should leave out properties without a value', () => {
    const attributes = [...base.attributes, { name: 'size', value: ' ' }];
    expect(toChanges(base, { ...base, attributes }, 'EUR')).toEqual({ attributes: base.attributes });
  });

  it('should put my changes on top of a colleague’s and keep theirs elsewhere', () => {
    const mine = { ...base, name: 'Big mug' };
    const theirs = { ...base, name: 'Small mug', price: '9.00' };
    expect(rebase(base, mine, theirs)).toEqual({ ...base, name: 'Big mug', price: '9.00' });
  });
});
