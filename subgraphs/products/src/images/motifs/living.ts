import {
  BRASS,
  circle,
  ellipse,
  INK,
  line,
  path,
  PAPER,
  rect,
  repeat,
  ring,
  STEEL,
  STEEL_DARK,
  turn,
  WOOD,
  WOOD_DARK,
  type Motif,
} from '../shapes.js';

const GLOW = '#ffe9a8';
const deskLamp: Motif = ({ main, dark }) =>
  ellipse(330, 630, 130, 22, dark) +
  line('M330 620L250 420 440 270', dark, 22) +
  circle(250, 420, 22, BRASS) +
  path('M470 330L660 520H480z', `${GLOW}aa`) +
  turn(38, path('M400 210h90l60 130H340z', main), 440, 270) +
  circle(440, 270, 20, BRASS);
const floorLamp: Motif = ({ main }) =>
  line('M220 630V330Q220 110 470 150', STEEL_DARK, 16) +
  ellipse(220, 632, 110, 18, PAPER) +
  path('M360 330L300 600h320L560 330z', `${GLOW}99`) +
  path('M350 330q0-170 110-180 110 10 110 180z', main);
const pendant: Motif = () =>
  line('M400 40v140', INK, 8) +
  ellipse(400, 390, 220, 205, PAPER) +
  repeat(
    7,
    (i) =>
      `<ellipse cx="400" cy="${235 + i * 52}" rx="${[120, 180, 210, 220, 210, 180, 120][i]}" ry="14" fill="none" stroke="#d9cdb8" stroke-width="5"/>`,
  ) +
  ellipse(400, 400, 120, 110, `${GLOW}88`);
const globe: Motif = () =>
  ring(400, 600, 60, BRASS, 26) +
  circle(400, 390, 200, PAPER) +
  circle(400, 390, 150, `${GLOW}99`) +
  line('M270 320q30-70 90-90', '#fff', 16);
const portable: Motif = ({ main, dark }) =>
  path('M250 330L200 560h400L550 330z', `${GLOW}77`) +
  rect(388, 330, 24, 270, 8, dark) +
  ellipse(400, 620, 110, 24, dark) +
  path('M250 330q10-160 150-160t150 160z', main) +
  line('M300 290q20-60 60-76', '#ffffff66', 14);
const candle: Motif = ({ main, dark }) =>
  path('M400 130q60 80 0 130-60-50 0-130', '#f6b73c') +
  path('M400 180q26 40 0 70-26-30 0-70', '#fff3c4') +
  line('M400 250v60', INK, 8) +
  rect(270, 300, 260, 340, 28, '#e4eef0') +
  rect(282, 350, 236, 280, 22, main) +
  rect(320, 420, 160, 120, 8, PAPER) +
  line('M345 460h110M360 495h80', dark, 8);
const tapers: Motif = ({ main, dark }) =>
  repeat(
    4,
    (i) =>
      path(`M${262 + i * 92} ${140 + i * 14}q26 36 0 60-26-24 0-60`, '#f6b73c') +
      rect(244 + i * 92, 210 + i * 14, 36, 430 - i * 14, 12, i % 2 ? dark : main),
  );
const folded: Motif = ({ main, dark, light }) =>
  repeat(
    3,
    (i) =>
      rect(170, 300 + i * 112, 460, 104, 44, [light, main, dark][i]!) +
      line(`M210 ${380 + i * 112}h380`, '#ffffff44', 8),
  ) + repeat(12, (i) => line(`M${190 + i * 38} 628v26`, dark, 6));
const cushion: Motif = ({ main, dark, light }) =>
  path(
    'M170 200q230 40 460 0 40 0 20 40-40 180 0 340 20 50-30 50-230-40-450 0-40 0-20-50 40-170 0-340-10-40 20-40z',
    main,
  ) +
  line('M230 270q170 30 340 0', light, 12) +
  line('M230 560q170-30 340 0', dark, 12) +
  repeat(4, (i) => line(`M${290 + i * 74} 300v230`, `${dark}66`, 5));
const rug: Motif = ({ main, dark, light }) =>
  repeat(7, (i) => ellipse(400, 420, 290 - i * 40, 190 - i * 26, [dark, main, light][i % 3]!));
const runner: Motif = ({ main, dark, light }) =>
  turn(
    -14,
    rect(260, 110, 280, 580, 6, main) +
      repeat(
        5,
        (i) =>
          path(`M400 ${150 + i * 108}l90 46-90 46-90-46z`, i % 2 ? light : dark) +
          circle(400, 196 + i * 108, 16, main),
      ) +
      repeat(9, (i) => line(`M${275 + i * 31} 690v26M${275 + i * 31} 110v-26`, PAPER, 6)),
  );
const apron: Motif = ({ main, dark, light }) =>
  line('M310 190Q400 40 490 190', dark, 16) +
  line('M230 380H130M570 380h100', dark, 14) +
  path('M310 180h180q0 130 90 180v280H220V360q90-50 90-180z', main) +
  rect(300, 430, 200, 130, 14, dark) +
  line('M400 430v130', light, 5);
const chair: Motif = ({ main, dark }) =>
  line('M270 160l-20 480M530 160l20 480', WOOD_DARK, 26) +
  line('M300 450l-10 190M500 450l10 190', WOOD, 22) +
  path('M262 150q138-40 276 0v60q-138-40-276 0z', main) +
  path('M265 270q135-30 270 0v30q-135-30-270 0z', main) +
  path('M235 420h330l20 60H215z', dark) +
  rect(215, 470, 370, 22, 8, WOOD);
const armchair: Motif = ({ main, dark, light }) =>
  line('M230 560l-20 90M570 560l20 90', WOOD_DARK, 24) +
  rect(210, 180, 380, 320, 90, dark) +
  rect(240, 210, 320, 260, 70, main) +
  rect(150, 360, 110, 220, 50, dark) +
  rect(540, 360, 110, 220, 50, dark) +
  rect(230, 440, 340, 130, 44, light);
const stool: Motif = () =>
  line('M290 340l-60 300M510 340l60 300M400 340v270', WOOD_DARK, 30) +
  line('M265 500h270', WOOD_DARK, 16) +
  ellipse(400, 330, 190, 52, WOOD_DARK) +
  ellipse(400, 312, 190, 52, WOOD);
const table: Motif = ({ main }) =>
  line('M220 400l-40 240M580 400l40 240M400 400v220', WOOD_DARK, 26) +
  ellipse(400, 390, 280, 76, WOOD_DARK) +
  ellipse(400, 370, 280, 76, main) +
  ellipse(360, 355, 120, 24, '#ffffff33');
const desk: Motif = ({ main, dark }) =>
  line('M170 380l-20 260M630 380l20 260', WOOD_DARK, 26) +
  rect(110, 330, 580, 40, 10, main) +
  rect(150, 370, 500, 80, 8, dark) +
  line('M360 412h80', BRASS, 10) +
  rect(210, 240, 150, 90, 8, INK) +
  rect(440, 290, 60, 40, 6, PAPER);
const shelf: Motif = ({ main, dark }) =>
  rect(120, 440, 560, 40, 8, main) +
  line('M220 480v70M580 480v70', dark, 18) +
  rect(180, 270, 46, 170, 4, '#c8553d') +
  rect(230, 300, 40, 140, 4, '#3d6b7d') +
  rect(276, 250, 54, 190, 4, '#e0b04a') +
  path('M480 440l20-110h80l20 110z', '#b76e4b') +
  circle(540, 280, 60, '#5f8f5b');
const ladder: Motif = ({ main }) =>
  line('M300 100L200 650M500 100l100 550', WOOD_DARK, 20) +
  repeat(5, (i) => rect(285 - i * 20, 170 + i * 105, 230 + i * 40, 22, 6, main)) +
  rect(320, 218, 36, 58, 3, '#c8553d') +
  rect(360, 230, 30, 46, 3, '#3d6b7d') +
  circle(470, 355, 26, '#5f8f5b');
const mirror: Motif = ({ main }) =>
  line('M300 240L400 110 500 240', WOOD_DARK, 18) +
  circle(400, 420, 225, main) +
  circle(400, 420, 205, '#dbe9ee') +
  line('M300 430l130-130M330 500l170-170', '#ffffffbb', 18);
const clock: Motif = ({ main, dark }) =>
  circle(400, 400, 240, dark) +
  circle(400, 400, 218, PAPER) +
  repeat(12, (i) => turn(i * 30, rect(394, 205, 12, i % 3 ? 20 : 40, 4, INK))) +
  line('M400 400V270', INK, 16) +
  line('M400 400l90 50', INK, 16) +
  line('M400 430V230', main, 6) +
  circle(400, 400, 16, main);
const magnifier: Motif = () =>
  line('M470 470L620 630', WOOD_DARK, 44) +
  circle(370, 360, 190, STEEL) +
  circle(370, 360, 155, '#dbeef4') +
  line('M270 330q20-70 80-90', '#fff', 16);

export const LIVING: readonly (readonly [RegExp, Motif])[] = [
  [/magnifier/, magnifier],
  [/desk lamp|reading light/, deskLamp],
  [/floor lamp/, floorLamp],
  [/pendant/, pendant],
  [/opal|globe/, globe],
  [/portable lamp|table lamp/, portable],
  [/beeswax|candles/, tapers],
  [/candle/, candle],
  [/cushion|pillow/, cushion],
  [/runner|kilim/, runner],
  [/\brug\b/, rug],
  [/apron/, apron],
  [/blanket|throw|towel|bed set|linen set/, folded],
  [/lounge|armchair|sofa/, armchair],
  [/stool/, stool],
  [/chair/, chair],
  [/coffee table|\btable\b/, table],
  [/writing desk/, desk],
  [/ladder/, ladder],
  [/shelf/, shelf],
  [/mirror/, mirror],
  [/clock radio/, clock],
  [/clock|timer/, clock],
];
export const livingDefault: Motif = portable;
