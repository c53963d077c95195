import {
  BRASS,
  circle,
  ellipse,
  INK,
  line,
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

const pan: Motif = ({ main, dark, light }) =>
  turn(
    -35,
    rect(520, 378, 260, 44, 22, WOOD_DARK) +
      circle(745, 400, 10, '#fff8') +
      circle(370, 400, 200, dark) +
      circle(370, 400, 172, main) +
      line('M260 340a130 130 0 0 1 90-70', light, 14),
  );
const pot: Motif = ({ main, dark, light }) =>
  rect(140, 400, 90, 46, 23, dark) +
  rect(570, 400, 90, 46, 23, dark) +
  path('M190 350h420v210q0 80-80 80H270q-80 0-80-80z', main) +
  path('M190 350h420v40H190z', dark) +
  path('M210 345q20-90 190-90t190 90z', light) +
  rect(360, 215, 80, 44, 22, BRASS) +
  line('M240 430v120', light, 16);
const saucepan: Motif = ({ main, dark, light }) =>
  rect(540, 380, 220, 38, 19, WOOD_DARK) +
  path('M170 350h390v190q0 70-70 70H240q-70 0-70-70z', main) +
  ellipse(365, 350, 195, 40, dark) +
  ellipse(365, 354, 165, 28, light) +
  line('M215 430v110', light, 14);
const knife: Motif = () =>
  turn(
    -40,
    path('M110 400q220-120 400-60v90H180q-50 0-70-30z', STEEL) +
      path('M110 400q40 30 90 30h310v-22H190z', STEEL_DARK) +
      rect(505, 335, 210, 80, 26, WOOD_DARK) +
      rect(500, 335, 24, 80, 4, BRASS) +
      circle(580, 375, 9, BRASS) +
      circle(660, 375, 9, BRASS),
  );
const board: Motif = () =>
  turn(
    12,
    rect(220, 200, 360, 420, 48, WOOD) +
      rect(340, 130, 120, 110, 44, WOOD) +
      circle(400, 178, 22, '#fff9') +
      repeat(5, (i) => line(`M${260 + i * 70} 260v300`, WOOD_DARK, 3)) +
      rect(252, 250, 296, 340, 30, 'none'),
  );
const grater: Motif = ({ dark }) =>
  rect(330, 130, 140, 60, 30, dark) +
  path('M290 190h220l70 450H220z', STEEL) +
  repeat(6, (row) =>
    repeat(5, (column) => ellipse(305 + column * 48 - row * 2, 260 + row * 60, 11, 7, STEEL_DARK)),
  );
const rollingPin: Motif = () =>
  turn(
    -38,
    rect(90, 378, 120, 44, 22, WOOD_DARK) +
      rect(590, 378, 120, 44, 22, WOOD_DARK) +
      rect(180, 340, 440, 120, 40, WOOD) +
      line('M220 372h340', '#ffffff55', 12),
  );
const kettle: Motif = ({ main, dark, light }) =>
  line('M560 560q110-40 90-170t50-150', dark, 30) +
  path('M230 640q-50-180 40-300h240q90 120 40 300z', main) +
  ellipse(390, 340, 122, 26, dark) +
  circle(390, 305, 24, BRASS) +
  line('M250 380Q90 400 150 590', dark, 34) +
  line('M290 400q-30 90-10 190', light, 16);
const teapot: Motif = ({ main, dark, light }) =>
  line('M250 330Q400 60 550 330', INK, 22) +
  path('M560 450q90-20 120-130l50 10q-30 190-170 220z', main) +
  ellipse(400, 480, 220, 160, main) +
  ellipse(400, 345, 110, 26, dark) +
  circle(400, 315, 24, BRASS) +
  repeat(5, (i) => line(`M${260 + i * 70} 470q0 60 8 110`, dark, 8)) +
  line('M230 440q20-50 60-70', light, 14);
const carafe: Motif = () =>
  path('M310 160h180l-50 170q150 70 150 200 0 110-110 110H320q-110 0-110-110 0-130 150-200z', '#dcecef') +
  path('M226 520q170-50 348 0 10 120-94 120H320q-104 0-94-120z', '#6b3f2a') +
  rect(340, 320, 120, 44, 20, WOOD) +
  line('M280 450q-30 40-30 90', '#fff', 14);
const press: Motif = ({ main, dark }) =>
  line('M520 330h80q60 0 60 60v120q0 60-60 60h-80', dark, 26) +
  rect(260, 260, 270, 380, 24, '#dcecef') +
  rect(260, 430, 270, 210, 24, '#5b3626') +
  rect(250, 240, 290, 50, 20, main) +
  rect(388, 130, 16, 120, 6, STEEL_DARK) +
  circle(396, 130, 28, dark) +
  rect(250, 600, 290, 44, 16, main);
const moka: Motif = ({ main, dark, light }) =>
  line('M510 280q120 0 120 60v130', INK, 34) +
  path('M300 250h210l30 150-40 40H310l-40-40z', main) +
  path('M310 440h190l50 200H260z', dark) +
  path('M290 250l-60-40 80-10z', main) +
  path('M310 245q95-80 190 0z', light) +
  circle(405, 190, 20, INK) +
  line('M330 290l-14 90', light, 12);
const grinder: Motif = ({ main, dark }) =>
  line('M400 200h170v-30', STEEL_DARK, 20) +
  circle(575, 155, 30, WOOD) +
  rect(300, 210, 200, 430, 36, main) +
  rect(300, 390, 200, 26, 0, BRASS) +
  rect(300, 416, 200, 224, 36, dark) +
  rect(320, 240, 22, 120, 11, '#ffffff44');
const tin: Motif = ({ main, dark, light }) =>
  rect(250, 260, 300, 380, 24, main) +
  rect(240, 200, 320, 110, 24, dark) +
  rect(300, 380, 200, 160, 12, '#fbf7ef') +
  path('M400 410q60 40 0 100-60-60 0-100', '#5f8f5b') +
  line('M270 330v280', light, 10);
const flask: Motif = ({ main, dark, light }) =>
  rect(310, 250, 180, 390, 50, main) +
  path('M330 270q0-60 30-70h80q30 10 30 70z', dark) +
  rect(345, 120, 110, 90, 22, STEEL) +
  rect(310, 560, 180, 80, 40, dark) +
  rect(336, 300, 20, 220, 10, light);
const mug: Motif = ({ main, dark, light }) =>
  `<path d="M530 350h60q70 0 70 90t-70 90h-70" fill="none" stroke="${dark}" stroke-width="36"/>` +
  path('M200 290h340v250q0 100-100 100H300q-100 0-100-100z', main) +
  ellipse(370, 290, 170, 40, light) +
  ellipse(370, 296, 146, 28, '#6b4630') +
  line('M240 370v160', light, 18) +
  line('M310 220q-20-40 0-70t0-70M420 220q-20-40 0-70t0-70', '#ffffffaa', 12);
const plate: Motif = ({ main, dark, light }) =>
  ellipse(400, 440, 290, 170, dark) +
  ellipse(400, 425, 290, 170, main) +
  ellipse(400, 425, 190, 106, light) +
  ellipse(400, 430, 170, 90, main);
const bowl: Motif = ({ main, dark, light }) =>
  path('M150 340h500q0 260-190 300H340q-190-40-190-300z', main) +
  ellipse(400, 340, 250, 62, dark) +
  ellipse(400, 350, 220, 46, light) +
  line('M210 420q20 90 80 140', light, 16);
const glass: Motif = () =>
  path('M270 190h260l-34 450H304z', '#d5e9ee') +
  path('M284 370h232l-20 270H304z', '#9fcbd8') +
  ellipse(400, 370, 116, 20, '#c3e2ea') +
  ellipse(400, 190, 130, 24, '#eef7f9') +
  line('M320 240l20 340', '#fff', 12);
const wineGlass: Motif = () =>
  rect(391, 430, 18, 190, 6, '#c3dde4') +
  ellipse(400, 630, 110, 18, '#c3dde4') +
  path('M270 150h260q40 290-130 300-170-10-130-300z', '#e3f0f3') +
  path('M262 290h276q0 150-138 160-138-10-138-160z', '#8e2f45') +
  ellipse(400, 290, 138, 20, '#a8475c') +
  line('M300 190q-10 90 10 150', '#fff', 12);
const cutlery: Motif = () =>
  rect(250, 330, 26, 310, 13, STEEL_DARK) +
  repeat(4, (i) => rect(222 + i * 24, 150, 12, 130, 6, STEEL)) +
  path('M222 260h84q0 90-42 90t-42-90z', STEEL) +
  rect(387, 330, 26, 310, 13, STEEL_DARK) +
  ellipse(400, 240, 52, 96, STEEL) +
  path('M530 640V150q60 20 60 210h-34v280q-13 8-26 0z', STEEL) +
  path('M530 360h60v30h-60z', STEEL_DARK);
const bottle: Motif = () =>
  path('M340 130h120v130q90 60 90 180v140q0 60-60 60H310q-60 0-60-60V440q0-120 90-180z', '#d5e9ee') +
  path('M252 420h296v160q0 60-58 60H310q-58 0-58-60z', '#9fcbd8') +
  circle(400, 120, 48, WOOD) +
  line('M290 430v150', '#fff', 14);

export const KITCHEN: readonly (readonly [RegExp, Motif])[] = [
  [/saucepan/, saucepan],
  [/skillet|\bpan\b|wok/, pan],
  [/dutch oven|stock pot|pot set/, pot],
  [/pocket knife/, knife],
  [/knife/, knife],
  [/cutting board/, board],
  [/grater/, grater],
  [/rolling pin/, rollingPin],
  [/teapot/, teapot],
  [/kettle/, kettle],
  [/pour-over/, carafe],
  [/press\b/, press],
  [/moka/, moka],
  [/grinder/, grinder],
  [/\btin\b/, tin],
  [/carafe|jug/, bottle],
  [/flask|bottle \d|insulated bottle/, flask],
  [/\bmug\b|cup\b/, mug],
  [/plate/, plate],
  [/bowl/, bowl],
  [/wine glass/, wineGlass],
  [/water glass|tumbler/, glass],
  [/cutlery/, cutlery],
];
export const kitchenDefault: Motif = mug;
