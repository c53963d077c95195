import { describe, expect, it } from '@jest/globals';
import { othersOf } from './search-term.js';
import { createVocabulary } from './vocabulary.js';

const WORDS =
  'mug knife scarf scarves stoneware lampshade table teekanne hoodie berry lens kase t shirt tasse topfe general generous';
function vocabularyOf(words = WORDS) {
  const vocabulary = createVocabulary(['en', 'de']);
  vocabulary.add(words.split(' '));
  return vocabulary;
}
const meanings = (...typed: string[]) =>
  vocabularyOf()
    .termsOf(typed)
    .map((term) => [term.word, ...othersOf(term)]);

describe('a typed word', () => {
  it.each<[string, ...string[]]>([
    ['mugs', 'mug'],
    ['knives', 'knife'],
    ['scarfs', 'scarf', 'scarves'],
    ['hoodies', 'hoodie'],
    ['berries', 'berry'],
    ['lenses', 'lens'],
    ['tassen', 'tasse'],
    ['topf', 'topfe'],
    ['kaese', 'kase'],
    ['kanne', 'teekanne'],
    ['kannen', 'teekanne'],
    ['stonware', 'stoneware'],
    ['sotneware', 'stoneware'],
    ['lanpshaed', 'lampshade'],
    ['tabel', 'table'],
  ])('%s should mean %s', (typed, ...words) => {
    expect(meanings(typed)).toEqual([[typed, ...words]]);
  });

  it.each(['mgu', 'tbale5', 'xyzzy', 'lanpsahedd', 'ile', 'あい'])('%s should mean nothing else', (typed) => {
    expect(meanings(typed)).toEqual([[typed]]);
  });

  it('should mean the two words that it joins', () => {
    expect(meanings('tshirts').map(([word]) => word)).toEqual(['t', 'shirts']);
  });

  it('should mean what it makes with its neighbour', () => {
    expect(
      vocabularyOf('wifi')
        .termsOf(['wi', 'fi'])
        .every((term) => othersOf(term).includes('wifi')),
    ).toBe(true);
  });

  it('should keep different words apart', () => {
    expect(meanings('generous')).toEqual([['generous']]);
  });

  it('should be left out if it only joins others', () => {
    expect(meanings('the', 'mug', 'for').map(([word]) => word)).toEqual(['mug']);
    expect(meanings('the').map(([word]) => word)).toEqual(['the']);
  });
});

describe('a vocabulary', () => {
  it('should forget words that are gone, and keep those added while it is read', async () => {
    const vocabulary = vocabularyOf('mug plate');
    await vocabulary.read(async () => ['mug', 'plate']);
    await vocabulary.read(async () => {
      vocabulary.add(['knife']);
      return ['plate'];
    });
    expect(vocabulary.termsOf(['mugs']).flatMap(othersOf)).toEqual([]);
    expect(vocabulary.termsOf(['knives', 'plates']).flatMap(othersOf)).toEqual(
      expect.arrayContaining(['knife', 'plate']),
    );
  });
});
