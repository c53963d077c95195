import type { Dimensions } from '../domain/products/product.js';

/** Weight in grams; length, width and height in millimetres. One unit of a category, packed for the post. */
const BY_CATEGORY: Readonly<Record<string, readonly [weight: number, l: number, w: number, h: number]>> = {
  cookware: [1_800, 420, 300, 120],
  'coffee-and-tea': [900, 260, 200, 180],
  tableware: [600, 220, 220, 120],
  lighting: [2_400, 520, 320, 300],
  textiles: [1_100, 400, 300, 100],
  furniture: [9_500, 900, 500, 160],
  knitwear: [500, 350, 250, 80],
  'shirts-and-tops': [250, 330, 240, 40],
  outerwear: [1_200, 400, 320, 120],
  accessories: [180, 240, 180, 60],
  camping: [2_100, 460, 260, 200],
  'packs-and-bags': [1_300, 500, 340, 200],
  cycling: [700, 320, 220, 140],
  notebooks: [350, 250, 180, 30],
  writing: [120, 180, 80, 30],
  'on-the-desk': [800, 320, 240, 120],
  headphones: [450, 230, 200, 100],
  speakers: [3_200, 360, 260, 280],
  'power-and-cables': [220, 200, 140, 50],
  'pots-and-planters': [2_600, 320, 320, 300],
  'garden-tools': [1_400, 800, 160, 100],
  'seeds-and-plants': [150, 200, 140, 40],
  'board-games': [1_300, 300, 300, 80],
  'wooden-toys': [900, 300, 220, 120],
  puzzles: [750, 370, 270, 60],
};

/** What a sample product of this category weighs and measures; null for a category of another shop. */
export function packedSizeOf(category: string): {
  readonly weight: number | null;
  readonly dimensions: Dimensions | null;
} {
  const size = BY_CATEGORY[category];
  if (!size) return { weight: null, dimensions: null };
  const [weight, length, width, height] = size;
  return { weight, dimensions: { length, width, height } };
}
