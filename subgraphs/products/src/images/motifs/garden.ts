import {
  BRASS,
  circle,
  ellipse,
  INK,
  LEAF,
  LEAF_DARK,
  line,
  PAPER,
  path,
  rect,
  repeat,
  STEEL,
  STEEL_DARK,
  turn,
  WOOD,
  WOOD_DARK,
  type Motif,
} from '../shapes.js';

const leaf = (x: number, y: number, degrees: number, size = 1, fill = LEAF) =>
  `<g transform="translate(${x} ${y}) rotate(${degrees}) scale(${size})">${path('M0 0q-50-70 0-160 50 90 0 160', fill)}${line('M0-10v-110', '#ffffff44', 4)}</g>`;
const sprout =
  leaf(400, 350, -50) + leaf(400, 350, 50) + leaf(400, 340, -18, 1.2, LEAF_DARK) + leaf(400, 340, 20, 1.15);
const flowerPot: Motif = ({ main, dark, light }) =>
  sprout +
  path('M250 350h300l-40 290H290z', main) +
  rect(230, 320, 340, 70, 14, dark) +
  line('M300 420l16 180', light, 16);
const planter: Motif = ({ main, dark, light }) =>
  leaf(400, 330, -60, 1.2) +
  leaf(400, 330, 60, 1.2) +
  leaf(400, 330, -25, 1.5, LEAF_DARK) +
  leaf(400, 330, 25, 1.5) +
  path('M200 340h400q10 250-110 300H310q-120-50-110-300z', main) +
  path('M200 340h400v60q-60 50-100 0t-100 0-100 0-100 0z', light) +
  line('M250 440q10 80 50 130', dark, 14);
const hanging: Motif = ({ main, dark }) =>
  line('M400 60L260 400M400 60l140 340M400 60v300', WOOD_DARK, 8) +
  leaf(330, 400, -120, 1) +
  leaf(470, 400, 120, 1) +
  leaf(400, 400, 0, 1.1, LEAF_DARK) +
  leaf(360, 400, -40) +
  leaf(440, 400, 40) +
  path('M250 390h300q0 190-150 200-150-10-150-200z', main) +
  rect(240, 370, 320, 44, 20, dark);
const box: Motif = ({ main, dark }) =>
  repeat(6, (i) => leaf(170 + i * 92, 420, i % 2 ? 12 : -12, 1.1, i % 2 ? LEAF : LEAF_DARK)) +
  rect(100, 400, 600, 220, 14, main) +
  repeat(3, (i) => line(`M110 ${455 + i * 55}h580`, dark, 6));
const stand: Motif = () =>
  leaf(400, 300, -50, 1.1) +
  leaf(400, 300, 50, 1.1) +
  leaf(400, 300, 0, 1.3, LEAF_DARK) +
  path('M300 290h200l-20 140H320z', PAPER) +
  line('M290 640V380M510 640V380M290 470h220', WOOD_DARK, 26);
const handTool = (blade: string) =>
  turn(
    30,
    blade +
      rect(388, 380, 24, 80, 6, STEEL_DARK) +
      rect(366, 450, 68, 230, 34, WOOD) +
      line('M400 640v10', INK, 16),
  );
const trowel: Motif = () =>
  handTool(path('M320 130h160q30 160-80 270-110-110-80-270z', STEEL) + line('M400 150v200', STEEL_DARK, 8));
const fork: Motif = () =>
  handTool(
    repeat(3, (i) => rect(320 + i * 64, 110, 32, 230, 14, STEEL)) +
      path('M320 320h160q0 70-80 80-80-10-80-80z', STEEL),
  );
const longTool = (head: string) =>
  turn(-25, rect(388, 60, 24, 430, 10, WOOD) + rect(340, 40, 120, 40, 20, WOOD_DARK) + head);
const spade: Motif = () =>
  longTool(
    path('M310 470h180v120q-30 110-90 130-60-20-90-130z', STEEL) + line('M400 490v120', STEEL_DARK, 10),
  );
const rake: Motif = () =>
  longTool(
    rect(230, 490, 340, 34, 12, STEEL_DARK) + repeat(9, (i) => rect(236 + i * 40, 515, 14, 110, 7, STEEL)),
  );
const hoe: Motif = () =>
  longTool(line('M400 480l-60 60M400 480l60 60', STEEL_DARK, 18) + path('M280 540h240l20 70H260z', STEEL));
const secateurs: Motif = ({ main, dark }) =>
  turn(
    20,
    path('M390 380q-80-150 20-270 40 120 30 270z', STEEL) +
      path('M410 380q30-120 110-170-10 120-70 180z', STEEL_DARK) +
      line('M400 400q-110 120-70 270', main, 50) +
      line('M430 400q90 120 50 270', dark, 50) +
      circle(415, 395, 26, BRASS),
  );
const wateringCan: Motif = ({ main, dark, light }) =>
  line('M520 520Q640 440 690 250', dark, 34) +
  path('M640 240l100-40-10 70z', dark) +
  line('M260 340Q120 220 300 200t220 140', dark, 28) +
  path('M240 340h300l20 300H220z', main) +
  ellipse(390, 340, 150, 34, dark) +
  line('M280 400l-10 190', light, 16);
const hose: Motif = ({ main, dark }) =>
  repeat(
    4,
    (i) =>
      `<ellipse cx="400" cy="${560 - i * 52}" rx="220" ry="84" fill="none" stroke="${i % 2 ? dark : main}" stroke-width="44"/>`,
  ) +
  line('M600 390q90-60 40-190', main, 40) +
  rect(606, 130, 64, 90, 14, BRASS);
const seeds: Motif = ({ main, dark }) =>
  turn(
    -7,
    rect(250, 150, 300, 470, 14, PAPER) +
      rect(250, 150, 300, 90, 14, dark) +
      rect(280, 290, 240, 250, 10, '#eef3e3') +
      leaf(400, 520, -30, 0.9) +
      leaf(400, 520, 30, 0.9) +
      circle(400, 370, 50, main) +
      circle(400, 370, 20, '#f6d365'),
  ) + repeat(5, (i) => ellipse(560 + i * 30, 610 + (i % 3) * 16, 12, 8, WOOD_DARK));
const monstera: Motif = () =>
  line('M400 420q-20-120-120-200M400 420q10-150 0-270M400 420q30-120 130-180', LEAF_DARK, 12) +
  leaf(285, 270, -40, 1.5) +
  leaf(400, 220, 0, 1.4, LEAF_DARK) +
  leaf(520, 280, 45, 1.5) +
  leaf(320, 390, -80, 1.1, LEAF_DARK) +
  leaf(480, 400, 80, 1.1) +
  path('M290 420h220l-30 220H320z', '#c97b5a') +
  rect(275, 400, 250, 50, 12, '#a9603f');
const snake: Motif = () =>
  repeat(
    6,
    (i) =>
      `<g transform="translate(${330 + i * 28} 440) rotate(${-22 + i * 9})">${path('M-22 0q-14-190 22-310 36 120 22 310z', i % 2 ? LEAF : LEAF_DARK)}${line('M-12-40q0-120 12-200', '#e3d98a', 5)}</g>`,
  ) +
  path('M280 430h240l-30 210H310z', '#d9d2c4') +
  rect(268, 410, 264, 46, 12, '#b9b09e');
const olive: Motif = () =>
  line('M400 500V300', WOOD_DARK, 26) +
  repeat(9, (i) =>
    circle(
      400 + Math.round(Math.cos(i * 0.7) * 120),
      230 + Math.round(Math.sin(i * 0.7) * 90),
      76,
      i % 2 ? '#8da67e' : '#6f8f67',
    ),
  ) +
  repeat(6, (i) => circle(320 + i * 32, 190 + (i % 3) * 50, 11, '#4a4e3a')) +
  path('M280 480h240l-30 160H310z', '#c97b5a') +
  rect(266, 460, 268, 46, 12, '#a9603f');
const tulips: Motif = ({ main, dark, light }) =>
  repeat(
    3,
    (i) =>
      line(`M${280 + i * 120} 640q${(1 - i) * 20}-150 0-300`, LEAF, 16) +
      path(
        `M${225 + i * 120} ${250 - (i % 2) * 50}q0-60 10-100l45 50 45-50q10 40 10 100 0 90-55 90t-55-90z`,
        [main, light, dark][i]!,
      ) +
      leaf(280 + i * 120, 630, i % 2 ? 30 : -30, 1.4, LEAF_DARK),
  );

export const GARDEN: readonly (readonly [RegExp, Motif])[] = [
  [/hanging planter/, hanging],
  [/planter box|raised bed/, box],
  [/plant stand/, stand],
  [/planter/, planter],
  [/trowel/, trowel],
  [/fork/, fork],
  [/secateurs/, secateurs],
  [/spade/, spade],
  [/rake/, rake],
  [/\bhoe\b/, hoe],
  [/watering can/, wateringCan],
  [/hose\b/, hose],
  [/seed|mix/, seeds],
  [/monstera/, monstera],
  [/snake plant/, snake],
  [/olive/, olive],
  [/tulip|bulb/, tulips],
  [/\bpot\b/, flowerPot],
];
export const gardenDefault: Motif = flowerPot;
