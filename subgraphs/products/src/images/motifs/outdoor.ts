import {
  BRASS,
  circle,
  ellipse,
  INK,
  LEAF,
  line,
  path,
  rect,
  repeat,
  ring,
  STEEL,
  STEEL_DARK,
  turn,
  WOOD_DARK,
  type Motif,
} from '../shapes.js';

const tent: Motif = ({ main, dark, light }) =>
  path('M60 640l110-150 60 90 40-60 60 120z', `${LEAF}88`) +
  path('M400 190L90 640h620z', main) +
  path('M400 190L250 640h300z', dark) +
  path('M400 260l-70 380h70z', light) +
  line('M400 190l-20-50M90 640l-40 20M710 640l40 20', INK, 8);
const sleepingBag: Motif = ({ main, dark, light }) =>
  turn(
    18,
    path('M270 150q130-80 260 0l-40 500q-90 50-180 0z', main) +
      ellipse(400, 190, 96, 70, dark) +
      ellipse(400, 200, 70, 46, light) +
      repeat(6, (i) => line(`M${290 + i * 6} ${300 + i * 58}q${110 - i * 6} 24 ${220 - i * 12} 0`, dark, 8)),
  );
const mat: Motif = ({ main, dark, light }) =>
  rect(230, 260, 450, 330, 40, main) +
  repeat(6, (i) => rect(290 + i * 64, 285, 40, 280, 20, light)) +
  circle(230, 425, 165, dark) +
  circle(230, 425, 120, main) +
  circle(230, 425, 74, dark) +
  circle(230, 425, 32, light);
const stove: Motif = () =>
  path('M400 190q70 90 0 150-70-60 0-150', '#3d8fb5') +
  path('M400 240q30 50 0 90-30-40 0-90', '#bfe6f5') +
  line('M250 350h300M290 350l40 60M510 350l-40 60', STEEL_DARK, 18) +
  rect(360, 400, 80, 60, 8, STEEL) +
  path('M260 480q140-60 280 0v120q0 40-40 40H300q-40 0-40-40z', '#d0583f') +
  rect(260, 530, 280, 40, 0, '#fbf7ef');
const headTorch: Motif = ({ main, dark }) =>
  `<path d="M400 180c-200 0-280 90-280 200s80 200 280 200 280-90 280-200-80-200-280-200z" fill="none" stroke="${dark}" stroke-width="60"/>` +
  path('M340 330l-240-130v380z', '#ffe9a855') +
  rect(290, 290, 220, 190, 44, main) +
  circle(400, 385, 70, STEEL) +
  circle(400, 385, 48, '#fff3c4');
const lantern: Motif = ({ main, dark }) =>
  line('M290 250Q400 80 510 250', dark, 16) +
  rect(280, 230, 240, 70, 26, main) +
  rect(300, 300, 200, 240, 20, '#fff3c4') +
  circle(400, 420, 70, '#ffd86b') +
  repeat(3, (i) => rect(330 + i * 64, 300, 10, 240, 0, dark)) +
  rect(270, 540, 260, 100, 28, main);
const hammock: Motif = ({ main, dark, light }) =>
  line('M110 120v520M690 120v520', WOOD_DARK, 46) +
  line('M110 250l100 60M690 250l-100 60', INK, 8) +
  path('M200 300q200 330 400 0 0 340-200 340T200 300z', main) +
  line('M250 400q150 180 300 0', light, 12) +
  line('M240 450q160 180 320 0', dark, 12);
const backpack: Motif = ({ main, dark, light }) =>
  line('M330 170q70-80 140 0', dark, 20) +
  rect(130, 360, 90, 210, 36, dark) +
  rect(580, 360, 90, 210, 36, dark) +
  path('M200 330q0-180 200-180t200 180v250q0 60-60 60H260q-60 0-60-60z', main) +
  rect(260, 420, 280, 180, 30, dark) +
  line('M260 470h280', light, 10) +
  path('M230 320q170 60 340 0v30q-170 60-340 0z', dark) +
  rect(385, 310, 30, 80, 8, BRASS);
const duffel: Motif = ({ main, dark, light }) =>
  line('M250 320Q400 120 550 320', dark, 22) +
  rect(130, 300, 540, 310, 110, main) +
  rect(240, 300, 40, 310, 0, dark) +
  rect(520, 300, 40, 310, 0, dark) +
  line('M190 360h420', light, 10) +
  circle(400, 470, 46, light);
const dryBag: Motif = ({ main, dark, light }) =>
  rect(270, 240, 260, 400, 60, main) +
  path('M270 260q0-90 60-90h140q60 0 60 90z', dark) +
  rect(290, 150, 220, 44, 22, INK) +
  rect(380, 130, 40, 70, 8, STEEL) +
  line('M310 320v230', light, 14) +
  circle(420, 430, 50, light);
const hipBag: Motif = ({ main, dark, light }) =>
  line('M90 340q310-110 620 0', dark, 30) +
  path('M180 340h440q20 240-120 250H300q-140-10-120-250z', main) +
  line('M220 400h360', light, 12) +
  circle(580, 400, 14, BRASS);
const helmet: Motif = ({ main, dark, light }) =>
  path('M130 470q0-300 290-300 240 0 260 260 0 40-40 40z', main) +
  repeat(3, (i) => path(`M${250 + i * 110} 420q-10-130 60-190 50 70 10 190z`, dark)) +
  rect(120, 450, 560, 46, 23, dark) +
  line('M250 496q60 130 180 150M530 496q-20 110-100 150', INK, 14) +
  line('M190 370q30-90 100-130', light, 14);
const bikeLight: Motif = () =>
  path('M330 300L60 180v440l270-120z', '#ffe9a877') +
  rect(320, 270, 260, 260, 60, INK) +
  circle(330, 400, 110, STEEL) +
  circle(330, 400, 80, '#fff3c4') +
  rect(480, 360, 60, 80, 16, '#d0583f') +
  rect(420, 530, 80, 100, 16, STEEL_DARK);
const lock: Motif = ({ dark }) =>
  repeat(6, (i) =>
    turn(
      i * 60,
      rect(360, 150, 80, 220, 40, i % 2 ? dark : STEEL_DARK) + circle(400, 190, 16, STEEL),
      400,
      400,
    ),
  ) +
  rect(330, 560, 140, 90, 20, INK) +
  circle(400, 605, 16, BRASS);
const pannier: Motif = ({ main, dark, light }) =>
  rect(230, 200, 340, 440, 50, main) +
  rect(230, 200, 340, 110, 40, dark) +
  line('M300 230v130M500 230v130', INK, 22) +
  rect(282, 350, 36, 44, 8, STEEL) +
  rect(482, 350, 36, 44, 8, STEEL) +
  circle(400, 490, 56, light) +
  line('M290 170h60M450 170h60', INK, 22);
const bell: Motif = ({ main, dark, light }) =>
  ellipse(400, 560, 230, 50, dark) +
  path('M170 550q0-310 230-310t230 310q-230 60-460 0z', main) +
  circle(400, 235, 34, dark) +
  line('M230 480q20-130 110-180', light, 20) +
  rect(350, 590, 100, 60, 16, INK);
const pump: Motif = ({ main, dark }) =>
  line('M470 560q160-20 160-200t-60-180', INK, 16) +
  rect(370, 240, 70, 360, 18, main) +
  rect(394, 130, 22, 130, 6, STEEL) +
  rect(280, 100, 250, 54, 27, WOOD_DARK) +
  rect(260, 590, 290, 50, 20, dark) +
  circle(405, 520, 60, '#fbf7ef') +
  line('M405 520l26-30', '#d0583f', 8) +
  ring(405, 520, 60, dark, 10);
const multitool: Motif = () =>
  repeat(5, (i) => turn(-60 + i * 30, rect(384, 110, 32, 300, 12, i % 2 ? STEEL : STEEL_DARK), 400, 480)) +
  rect(300, 400, 200, 230, 50, INK) +
  circle(400, 470, 26, BRASS) +
  circle(400, 570, 26, BRASS);
const bottleOut: Motif = ({ main, dark, light }) =>
  line('M340 190q60-90 120 0', dark, 20) +
  rect(340, 170, 120, 80, 24, dark) +
  rect(290, 240, 220, 400, 54, main) +
  rect(318, 290, 22, 240, 11, light) +
  path('M360 480l60-90 60 90z', light) +
  rect(290, 590, 220, 50, 30, dark);

export const OUTDOOR: readonly (readonly [RegExp, Motif])[] = [
  [/\btent\b/, tent],
  [/sleeping bag/, sleepingBag],
  [/sleeping mat/, mat],
  [/stove\b/, stove],
  [/head torch/, headTorch],
  [/lantern/, lantern],
  [/hammock/, hammock],
  [/duffel/, duffel],
  [/dry bag/, dryBag],
  [/hip bag/, hipBag],
  [/pannier/, pannier],
  [/pack\b|backpack/, backpack],
  [/helmet/, helmet],
  [/bicycle light/, bikeLight],
  [/\block\b/, lock],
  [/\bbell\b/, bell],
  [/pump/, pump],
  [/multitool/, multitool],
  [/bottle 0/, bottleOut],
];
export const outdoorDefault: Motif = tent;
