import { stemmer as danish } from '@orama/stemmers/danish';
import { stemmer as dutch } from '@orama/stemmers/dutch';
import { stemmer as finnish } from '@orama/stemmers/finnish';
import { stemmer as french } from '@orama/stemmers/french';
import { stemmer as german } from '@orama/stemmers/german';
import { stemmer as greek } from '@orama/stemmers/greek';
import { stemmer as hungarian } from '@orama/stemmers/hungarian';
import { stemmer as italian } from '@orama/stemmers/italian';
import { stemmer as norwegian } from '@orama/stemmers/norwegian';
import { stemmer as portuguese } from '@orama/stemmers/portuguese';
import { stemmer as romanian } from '@orama/stemmers/romanian';
import { stemmer as russian } from '@orama/stemmers/russian';
import { stemmer as spanish } from '@orama/stemmers/spanish';
import { stemmer as swedish } from '@orama/stemmers/swedish';
import { stemmer as turkish } from '@orama/stemmers/turkish';
import { stemmer as ukrainian } from '@orama/stemmers/ukrainian';

const IRREGULAR: Readonly<Record<string, string>> = {
  knives: 'knife',
  wives: 'wife',
  lives: 'life',
  scarves: 'scarf',
  shelves: 'shelf',
  halves: 'half',
  loaves: 'loaf',
  leaves: 'leaf',
  calves: 'calf',
  hooves: 'hoof',
  wolves: 'wolf',
  men: 'man',
  mens: 'man',
  women: 'woman',
  womens: 'woman',
  children: 'child',
  childrens: 'child',
  feet: 'foot',
  teeth: 'tooth',
  geese: 'goose',
  mice: 'mouse',
  lens: 'lens',
  lenses: 'lens',
  canvas: 'canvas',
  canvases: 'canvas',
  gas: 'gas',
  buses: 'bus',
  quizzes: 'quiz',
  menus: 'menu',
};

/**
 * The singular, and the verb of a form in -ing or -ed; where the spelling leaves two possibilities, both. A whole stemmer
 * joins "general" and "generous" in this language.
 */
function english(word: string): string[] {
  const irregular = IRREGULAR[word];
  if (irregular) return [irregular];
  const verb = /^(.*[aeiouy].*)(?:ing|ed)$/.exec(word)?.[1];
  if (verb && verb.length >= 3) return [verb, `${verb}e`, verb.replace(/([bdgmnpt])\1$/, '$1')];
  if (word.length > 4 && word.endsWith('ies')) return [word.slice(0, -1), `${word.slice(0, -3)}y`];
  if (word.length > 4 && word.endsWith('oes')) return [word.slice(0, -1), word.slice(0, -2)];
  if (word.length > 4 && /(?:ch|sh|x|ss|zz)es$/.test(word)) return [word.slice(0, -2)];
  if (word.length > 3 && /[^sui]s$/.test(word)) return [word.slice(0, -1)];
  return [word];
}

const STEMMERS = {
  da: danish,
  de: german,
  el: greek,
  en: english,
  es: spanish,
  fi: finnish,
  fr: french,
  hu: hungarian,
  it: italian,
  nl: dutch,
  no: norwegian,
  pt: portuguese,
  ro: romanian,
  ru: russian,
  sv: swedish,
  tr: turkish,
  uk: ukrainian,
} as const;

export type SearchLanguage = keyof typeof STEMMERS;
export const SEARCH_LANGUAGES = Object.keys(STEMMERS) as SearchLanguage[];

/** Languages that write compounds as one word, so that any long enough end of a word may be a word. */
const COMPOUNDING: ReadonlySet<SearchLanguage> = new Set(['da', 'de', 'fi', 'hu', 'nl', 'no', 'sv']);
export const writesCompounds = (languages: readonly SearchLanguage[]): boolean =>
  languages.some((language) => COMPOUNDING.has(language));

/** Words that a search can do without if it has others. */
const FILLERS: Partial<Record<SearchLanguage, string>> = {
  de: 'der die das den dem des ein eine einen einem einer fur mit und von vom im in aus zum zur',
  en: 'a an and for from in of on or the to with',
  es: 'con de del el en la las los para un una y',
  fr: 'a au aux avec d de des du en et l la le les pour un une',
  it: 'con da del della di e i il in la le lo per un una',
  nl: 'de een en het in met van voor',
  pt: 'com da de do e em o os para um uma',
};
export const fillersOf = (languages: readonly SearchLanguage[]): ReadonlySet<string> =>
  new Set(languages.flatMap((language) => FILLERS[language]?.split(' ') ?? []));

const MIN_STEM = 3;

/** What the forms of a folded word have in common, in each of the languages. Spelled umlauts count as bare vowels. */
export function stemsOf(word: string, languages: readonly SearchLanguage[]): string[] {
  const stems = new Set<string>();
  for (const language of languages) {
    for (const stem of [STEMMERS[language](word)].flat())
      stems.add(`${language}:${(stem.length < MIN_STEM ? word : stem).replace(/([aou])e/g, '$1')}`);
  }
  return [...stems];
}
