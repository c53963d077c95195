import {
  BRASS,
  circle,
  ellipse,
  INK,
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
const gameBox: Motif = ({ main, dark, light }) =>
  path('M130 330l380-90 160 70v220L290 640l-160-80z', dark) +
  path('M130 330l380-90 160 70-380 100z', main) +
  path('M130 330l160 80v230l-160-80z', light) +
  circle(400, 325, 30, PAPER) +
  path('M350 520l60-70 50 40 80-90 60 60v60l-250 70z', `${light}cc`) +
  rect(560, 570, 60, 60, 10, PAPER) +
  circle(590, 600, 8, INK) +
  circle(180, 640, 22, '#d0583f');
const chess: Motif = () =>
  repeat(4, (row) =>
    repeat(8, (column) =>
      rect(160 + column * 60, 480 + row * 40, 60, 40, 0, (row + column) % 2 ? '#8f6140' : '#ecd9b8'),
    ),
  ) +
  path('M330 480q-10-120 30-170-60-40-10-100 50-20 70 30 40 60 10 110 20 60 20 130z', INK) +
  path('M480 480q0-80 20-140h-16v-40h76v40h-16q20 60 20 140z', '#f1e4cb') +
  circle(522, 280, 34, '#f1e4cb');
const backgammon: Motif = () =>
  rect(120, 200, 560, 420, 20, WOOD_DARK) +
  rect(145, 225, 245, 370, 4, '#3f6b45') +
  rect(410, 225, 245, 370, 4, '#3f6b45') +
  repeat(10, (i) =>
    path(
      `M${150 + i * 48 + (i > 4 ? 26 : 0)} 228h44l-22 150zM${150 + i * 48 + (i > 4 ? 26 : 0)} 592h44l-22-150z`,
      i % 2 ? '#ecd9b8' : '#b5533c',
    ),
  ) +
  repeat(3, (i) => circle(196, 560 - i * 40, 20, PAPER) + circle(600, 260 + i * 40, 20, INK));
const go: Motif = () =>
  rect(150, 170, 500, 470, 14, '#e2b872') +
  repeat(9, (i) => line(`M${200 + i * 50} 210v390M180 ${205 + i * 50}h440`, '#7d5a2b', 3)) +
  [
    [300, 305],
    [350, 355],
    [400, 405],
    [450, 355],
    [350, 455],
  ]
    .map(([x, y], i) => circle(x!, y!, 22, i % 2 ? PAPER : INK))
    .join('') +
  circle(500, 455, 22, PAPER);
const dice: Motif = ({ main, dark, light }) =>
  turn(
    -12,
    rect(200, 330, 230, 230, 40, main) +
      circle(260, 390, 22, PAPER) +
      circle(315, 445, 22, PAPER) +
      circle(370, 500, 22, PAPER),
    315,
    445,
  ) +
  path('M560 250l130 80v150l-130 80-130-80V330z', dark) +
  path('M560 250l130 80-130 70-130-70z', light) +
  circle(560, 330, 18, PAPER) +
  circle(500, 450, 16, PAPER) +
  circle(620, 420, 16, PAPER) +
  circle(620, 480, 16, PAPER);
const blocks: Motif = () =>
  rect(170, 480, 160, 160, 14, '#d98f4e') +
  rect(340, 480, 160, 160, 14, '#3d6b7d') +
  rect(510, 480, 120, 160, 14, '#c9b458') +
  rect(250, 310, 160, 160, 14, '#b5533c') +
  path('M430 470l85-160 85 160z', '#5f8f5b') +
  circle(330, 230, 70, '#e8c37a');
const train: Motif = ({ main, dark }) =>
  rect(150, 360, 330, 170, 30, main) +
  rect(430, 230, 180, 300, 24, dark) +
  rect(465, 270, 110, 90, 10, '#cfe3e8') +
  rect(200, 250, 60, 120, 14, dark) +
  circle(230, 190, 34, '#ffffffcc') +
  circle(290, 140, 24, '#ffffff99') +
  repeat(3, (i) => circle(230 + i * 150, 560, 66, INK) + circle(230 + i * 150, 560, 30, BRASS)) +
  line('M80 640h640', WOOD_DARK, 18);
const rainbow: Motif = () =>
  repeat(
    6,
    (i) =>
      `<path d="M${120 + i * 42} 600a${280 - i * 42} ${280 - i * 42} 0 0 1 ${560 - i * 84} 0" fill="none" stroke="${['#b5533c', '#d98f4e', '#e0c04a', '#6f9f63', '#3d7d8f', '#5b4f87'][i]}" stroke-width="36"/>`,
  );
const bear: Motif = ({ main, dark, light }) =>
  circle(290, 210, 66, main) +
  circle(510, 210, 66, main) +
  circle(290, 210, 34, light) +
  circle(510, 210, 34, light) +
  ellipse(400, 530, 170, 130, main) +
  circle(400, 310, 160, main) +
  ellipse(400, 360, 74, 56, light) +
  ellipse(400, 336, 28, 20, INK) +
  circle(340, 280, 14, INK) +
  circle(460, 280, 14, INK) +
  ellipse(400, 550, 90, 80, light) +
  ellipse(260, 610, 60, 44, dark) +
  ellipse(540, 610, 60, 44, dark);
const fox: Motif = () =>
  path('M240 180l60 150-90 60zM560 180l-60 150 90 60z', '#b5633c') +
  path('M210 330q190-110 380 0-20 200-190 250-170-50-190-250z', '#d07f48') +
  path('M400 580q-140-60-160-170 90-20 160 90 70-110 160-90-20 110-160 170z', PAPER) +
  circle(320, 400, 16, INK) +
  circle(480, 400, 16, INK) +
  circle(400, 560, 24, INK);
const duck: Motif = ({ main, dark }) =>
  line('M180 600Q90 560 60 640', INK, 8) +
  path(
    'M180 420q40 60 130 40-30-60 0-120 20-130 130-130 110 0 110 110 0 60-40 90 120 20 120 120 0 70-90 70H290q-110 0-110-180z',
    main,
  ) +
  path('M548 290l110 20-100 50z', '#d07f48') +
  circle(480, 290, 14, INK) +
  path('M330 470q100-40 190 10-70 90-190-10z', dark) +
  circle(300, 620, 44, '#b5533c') +
  circle(520, 620, 44, '#b5533c') +
  circle(300, 620, 14, PAPER) +
  circle(520, 620, 14, PAPER);
const playKitchen: Motif = () =>
  rect(170, 190, 460, 450, 20, PAPER) +
  rect(170, 360, 460, 30, 0, WOOD) +
  ellipse(290, 350, 60, 16, INK) +
  ellipse(430, 350, 60, 16, INK) +
  rect(210, 420, 220, 190, 16, STEEL) +
  rect(240, 460, 160, 110, 10, INK) +
  circle(500, 450, 18, '#d0583f') +
  circle(560, 450, 18, '#e0b04a') +
  line('M540 350V260q40-40 60 0', STEEL_DARK, 16) +
  rect(470, 500, 130, 110, 10, WOOD);
const xylophone: Motif = () =>
  line('M150 250l500 60M150 600l500-60', WOOD, 30) +
  repeat(8, (i) =>
    rect(
      160 + i * 62,
      210 + i * 12,
      46,
      430 - i * 34,
      16,
      ['#b5533c', '#d98f4e', '#e0c04a', '#9fb35b', '#5f9f7b', '#3d7d8f', '#5b4f87', '#8f4f7b'][i]!,
    ),
  ) +
  turn(40, rect(394, 90, 12, 300, 6, WOOD_DARK) + circle(400, 90, 30, '#d0583f'), 560, 260);
const balance: Motif = () =>
  path('M90 360q310 400 620 0l-40-20q-270 320-540 0z', WOOD) +
  path('M90 360q310 400 620 0l-10 40q-300 360-600 0z', WOOD_DARK) +
  circle(400, 240, 60, '#d98f4e') +
  rect(350, 310, 100, 150, 40, '#3d7d8f');
const kite: Motif = ({ main, dark, light }) =>
  path('M420 90l170 210-170 270-170-270z', main) +
  path('M420 90v480L250 300z', dark) +
  path('M250 300h340L420 570z', `${light}88`) +
  line('M420 570q-100 40-60 90t-120 40', INK, 6) +
  repeat(3, (i) =>
    path(
      `M${392 - i * 40} ${600 + i * 36}l-26-18v36zM${392 - i * 40} ${600 + i * 36}l26-18v36z`,
      [main, light, dark][i]!,
    ),
  );
const PIECE = 'M0 0h70q-20-50 30-50t30 50h70v70q50-20 50 30t-50 30v70H0z';
const puzzle: Motif = ({ main, dark, light }) =>
  `<g transform="translate(160 260)">${path(PIECE, main)}</g><g transform="translate(400 300) rotate(12)">${path(PIECE, dark)}</g><g transform="translate(250 470) rotate(-8) scale(.8)">${path(PIECE, light)}</g><g transform="translate(480 180) rotate(-14) scale(.7)">${path(PIECE, light)}</g>`;
const whale: Motif = ({ main, dark, light }) =>
  path(
    'M110 440q0-200 270-200 220 0 270 130 10-80 80-100-10 120-60 160-30 190-300 190-260 0-260-180z',
    main,
  ) +
  path('M150 520q200 110 420 20-40 80-200 80t-220-100z', light) +
  circle(230, 430, 16, INK) +
  line('M330 240q-20-70-60-80M330 240q20-70 60-80', dark, 12) +
  line('M330 260v340M470 250v350M200 350h400', `${dark}88`, 5);
const secretBox: Motif = () =>
  path('M150 300l250-100 250 100v240L400 640 150 540z', WOOD_DARK) +
  path('M150 300l250-100 250 100-250 100z', WOOD) +
  path('M400 400l250-100v240L400 640z', '#6b432a') +
  path('M400 250l90 50-90 44-90-44z', BRASS) +
  circle(400, 298, 18, INK) +
  line('M200 400l140 56M200 460l140 56', BRASS, 8);
const tangram: Motif = () =>
  path('M150 180h500L400 400z', '#b5533c') +
  path('M150 180l250 220-250 220z', '#3d7d8f') +
  path('M650 180v220L530 290z', '#e0c04a') +
  path('M530 290l120 110-125 110-125-110z', '#5f8f5b') +
  path('M400 400l125 110H275z', '#d98f4e') +
  path('M150 620l125-110h250L400 620z', '#5b4f87') +
  path('M650 400v220H400z', '#8f4f7b');
const cube: Motif = () =>
  path('M400 170l230 120v250L400 670 170 540V290z', INK) +
  repeat(9, (i) => {
    const u = i % 3;
    const v = Math.floor(i / 3);
    const colours = ['#d0583f', '#f6d365', '#3d7d8f', '#5f8f5b', '#fbf7ef', '#d98f4e'];
    const x = 176 + u * 74;
    const y = 300 + u * 39 + v * 82;
    const x2 = 408 + u * 74;
    const y2 = 414 - u * 39 + v * 82;
    const tx = 400 + (u - v) * 76;
    const ty = 182 + (u + v) * 39;
    return (
      path(`M${x} ${y}l66 34v70l-66-34z`, colours[(i * 5) % 6]!) +
      path(`M${x2} ${y2}l66-34v70l-66 34z`, colours[(i * 7 + 2) % 6]!) +
      path(`M${tx} ${ty}l66 35-66 34-66-34z`, colours[(i * 11 + 4) % 6]!)
    );
  });

export const PLAY: readonly (readonly [RegExp, Motif])[] = [
  [/chess/, chess],
  [/backgammon/, backgammon],
  [/go board/, go],
  [/dice/, dice],
  [/blocks/, blocks],
  [/train/, train],
  [/rainbow/, rainbow],
  [/animals/, fox],
  [/duck/, duck],
  [/play kitchen/, playKitchen],
  [/xylophone/, xylophone],
  [/balance board/, balance],
  [/bear/, bear],
  [/kite/, kite],
  [/whale/, whale],
  [/secret box/, secretBox],
  [/tangram/, tangram],
  [/cube/, cube],
  [/puzzle|pieces/, puzzle],
];
export const playDefault: Motif = gameBox;
