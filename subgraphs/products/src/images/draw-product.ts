import { createHash } from 'node:crypto';
import { CLOTHING, clothingDefault } from './motifs/clothing.js';
import { GARDEN, gardenDefault } from './motifs/garden.js';
import { KITCHEN, kitchenDefault } from './motifs/kitchen.js';
import { LIVING, livingDefault } from './motifs/living.js';
import { OFFICE, officeDefault, SOUND, soundDefault } from './motifs/office-and-sound.js';
import { OUTDOOR, outdoorDefault } from './motifs/outdoor.js';
import { PLAY, playDefault } from './motifs/play.js';
import { circle, ellipse, type Motif, type Palette } from './shapes.js';

/** The data that a picture is drawn from. */
export interface Subject {
  readonly name: string;
  /** Its words decide the motif and the composition, so variants of a product differ only in colour. */
  readonly title: string;
  /** Slugs from the top level down. */
  readonly categories: readonly string[];
  readonly colour: string | null;
}

interface Department {
  readonly motifs: readonly (readonly [RegExp, Motif])[];
  readonly fallback: Motif;
  /** Backgrounds, lightest first. */
  readonly backgrounds: readonly (readonly [string, string])[];
}

const DEPARTMENTS: Readonly<Record<string, Department>> = {
  kitchen: {
    motifs: KITCHEN,
    fallback: kitchenDefault,
    backgrounds: [
      ['#fbeee0', '#f1d3b6'],
      ['#f6efe4', '#e5d5bd'],
      ['#eef2ea', '#cfdcc8'],
    ],
  },
  living: {
    motifs: LIVING,
    fallback: livingDefault,
    backgrounds: [
      ['#f3efe9', '#dccfc0'],
      ['#eaf0ef', '#c6d8d5'],
      ['#f6ece6', '#e4c9b8'],
    ],
  },
  clothing: {
    motifs: CLOTHING,
    fallback: clothingDefault,
    backgrounds: [
      ['#eef0f4', '#cdd4e0'],
      ['#f5efe8', '#e2d3c1'],
      ['#edf1ea', '#ccd9c6'],
    ],
  },
  outdoor: {
    motifs: OUTDOOR,
    fallback: outdoorDefault,
    backgrounds: [
      ['#e7f1ea', '#b9d4c2'],
      ['#e6f0f5', '#b7d2de'],
      ['#f7efdd', '#e6d2a2'],
    ],
  },
  office: {
    motifs: OFFICE,
    fallback: officeDefault,
    backgrounds: [
      ['#f4f1ea', '#dcd3c0'],
      ['#eaf0f6', '#c4d4e4'],
      ['#f6ebe6', '#e6c7bb'],
    ],
  },
  sound: {
    motifs: SOUND,
    fallback: soundDefault,
    backgrounds: [
      ['#edebf5', '#cbc6e2'],
      ['#e8f0f3', '#bfd4dc'],
      ['#f6eee7', '#e3cdb9'],
    ],
  },
  garden: {
    motifs: GARDEN,
    fallback: gardenDefault,
    backgrounds: [
      ['#eef4e4', '#cbdcae'],
      ['#e9f3ee', '#bcd8ca'],
      ['#f8f0de', '#e9d6a8'],
    ],
  },
  play: {
    motifs: PLAY,
    fallback: playDefault,
    backgrounds: [
      ['#fdf0dc', '#f5d49b'],
      ['#e9f2f7', '#b9d8e8'],
      ['#f9e8e4', '#efc0b4'],
    ],
  },
};
const ELSEWHERE = DEPARTMENTS['kitchen']!;

const COLOURS: Readonly<Record<string, string>> = {
  black: '#3a3d46',
  white: '#f4f1ec',
  grey: '#8d949c',
  gray: '#8d949c',
  silver: '#b8c0c7',
  slate: '#5d6b78',
  navy: '#2f4468',
  blue: '#3f72a8',
  teal: '#2f7f86',
  green: '#4f8453',
  forest: '#35604a',
  sage: '#8fa583',
  olive: '#6f7447',
  mustard: '#d6a233',
  honey: '#d99a3c',
  brass: '#cda255',
  cream: '#efe2c6',
  oat: '#dccbb0',
  sand: '#d8c09a',
  natural: '#cba77a',
  oak: '#c2925f',
  beech: '#d6ab7d',
  walnut: '#7a5238',
  brown: '#7f573d',
  terracotta: '#c46a4a',
  rust: '#ad5433',
  brick: '#a8452f',
  red: '#c2412f',
  clear: '#b5d6df',
};
/** For products without a colour we know. */
const OTHERS = ['#c8553d', '#3d6b7d', '#5f8f5b', '#d29a3a', '#6a5a8c', '#b06a7e'];

/** An SVG of a product, 800 × 800 and about 2 kB: the same for the same subject, whenever and wherever. */
export function drawProduct({ name, title, categories, colour }: Subject): string {
  const dice = createHash('sha1').update(title).digest();
  const { motifs, fallback, backgrounds } = DEPARTMENTS[categories[0] ?? ''] ?? ELSEWHERE;
  const words = title.toLowerCase();
  const find = (list: Department['motifs']) => list.find(([pattern]) => pattern.test(words))?.[1];
  // A kitchen radio is drawn as a radio in every department.
  const motif =
    find(motifs) ??
    Object.values(DEPARTMENTS)
      .map(({ motifs: list }) => find(list))
      .find(Boolean) ??
    fallback;
  const main = COLOURS[colour?.toLowerCase() ?? ''] ?? OTHERS[dice[0]! % OTHERS.length]!;
  const palette: Palette = { main, dark: shade(main, -0.24), light: shade(main, 0.34) };
  const [inner, outer] = backgrounds[dice[1]! % backgrounds.length]!;
  const x = 240 + (dice[2]! % 320);
  const y = 230 + (dice[3]! % 160);
  return [
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 800 800" role="img">',
    `<title>${escape(name)}</title>`,
    `<defs><radialGradient id="b" cx="50%" cy="42%" r="75%"><stop offset="0" stop-color="${inner}"/><stop offset="1" stop-color="${outer}"/></radialGradient></defs>`,
    '<rect width="800" height="800" fill="url(#b)"/>',
    circle(x, y, 190 + (dice[4]! % 70), '#ffffff4d'),
    circle(800 - x, 560, 90 + (dice[5]! % 60), '#ffffff33'),
    ellipse(400, 664, 270, 30, '#00000017'),
    `<g transform="translate(400 400) scale(.92) translate(-400 -385)">${motif(palette)}</g>`,
    '</svg>',
  ].join('');
}

/** Mixes a colour with white (above 0) or black (below 0). */
function shade(colour: string, amount: number): string {
  const target = amount > 0 ? 255 : 0;
  const part = (at: number) => {
    const value = Number.parseInt(colour.slice(at, at + 2), 16);
    return Math.round(value + (target - value) * Math.abs(amount))
      .toString(16)
      .padStart(2, '0');
  };
  return `#${part(1)}${part(3)}${part(5)}`;
}

const ENTITIES: Readonly<Record<string, string>> = { '<': '&lt;', '>': '&gt;', '&': '&amp;', '"': '&quot;' };
const escape = (text: string): string =>
  text.replace(/\p{Cc}/gu, '').replace(/[<>&"]/g, (character) => ENTITIES[character]!);
