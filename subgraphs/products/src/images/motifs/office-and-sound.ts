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
  ring,
  STEEL,
  STEEL_DARK,
  turn,
  WOOD,
  WOOD_DARK,
  type Motif,
} from '../shapes.js';

const notebook: Motif = ({ main, dark, light }) =>
  turn(
    -8,
    rect(244, 156, 340, 480, 16, PAPER) +
      repeat(3, (i) => rect(238 + i * 4, 160 + i * 4, 340, 476, 14, i === 2 ? PAPER : '#e8e0d0')) +
      rect(224, 150, 340, 480, 18, main) +
      rect(224, 150, 54, 480, 18, dark) +
      rect(500, 150, 16, 480, 0, light) +
      rect(320, 250, 140, 80, 8, PAPER) +
      line('M345 278h90M345 302h60', dark, 6),
  );
const spiral: Motif = ({ main, dark }) =>
  rect(220, 190, 380, 450, 16, PAPER) +
  rect(210, 180, 380, 450, 16, main) +
  line('M300 480q60-160 120-60t120-80', PAPER, 8) +
  repeat(
    11,
    (i) =>
      `<ellipse cx="${235 + i * 33}" cy="180" rx="9" ry="26" fill="none" stroke="${STEEL_DARK}" stroke-width="7"/>`,
  ) +
  rect(210, 600, 380, 30, 12, dark);
const sheets: Motif = ({ main, dark }) =>
  turn(6, rect(200, 200, 400, 430, 10, '#e8e0d0')) +
  rect(190, 180, 400, 440, 10, PAPER) +
  rect(190, 180, 400, 70, 10, main) +
  repeat(6, (i) => line(`M230 ${300 + i * 52}h${320 - (i % 3) * 60}`, i % 2 ? '#d8cfbd' : dark, 8));
const cards: Motif = ({ main, dark }) =>
  turn(-14, rect(250, 190, 260, 380, 22, dark)) +
  turn(2, rect(270, 190, 260, 380, 22, main)) +
  turn(
    16,
    rect(290, 190, 260, 380, 22, PAPER) +
      path('M420 290l70 100-70 100-70-100z', main) +
      circle(325, 230, 16, dark) +
      circle(515, 530, 16, dark),
  );
const pen: Motif = ({ main, dark, light }) =>
  turn(
    40,
    rect(365, 90, 70, 380, 34, main) +
      rect(365, 300, 70, 24, 0, BRASS) +
      path('M370 470h60l-10 90h-40z', dark) +
      path('M382 556h36l-18 110z', BRASS) +
      line('M400 580v50', INK, 4) +
      rect(430, 110, 14, 170, 7, BRASS) +
      line('M384 130v150', light, 10),
  );
const pencils: Motif = () =>
  repeat(5, (i) =>
    turn(
      -20 + i * 10,
      rect(376, 220, 48, 380, 0, ['#d0583f', '#e0b04a', '#3d6b7d', '#5f8f5b', '#b9855a'][i]!) +
        path('M376 220l24-80 24 80z', WOOD) +
        path('M391 170l9-30 9 30z', INK) +
        rect(392, 220, 16, 380, 0, '#ffffff33'),
      400,
      800,
    ),
  );
const ink: Motif = ({ main, dark }) =>
  rect(340, 170, 120, 110, 18, INK) +
  path('M330 270h140q120 40 120 170v140q0 60-60 60H270q-60 0-60-60V440q0-130 120-170z', '#d5e3ee') +
  path('M214 430h372v150q0 56-58 56H272q-58 0-58-56z', main) +
  rect(300, 450, 200, 120, 10, PAPER) +
  line('M330 490h140M350 525h100', dark, 8);
const markers: Motif = () =>
  repeat(
    5,
    (i) =>
      rect(190 + i * 88, 220, 64, 420, 20, PAPER) +
      rect(190 + i * 88, 220, 64, 150, 20, ['#b5533c', '#d98f4e', '#c9b458', '#7d8f5b', '#5c6b73'][i]!) +
      path(`M${204 + i * 88} 220l18-70 18 70z`, ['#b5533c', '#d98f4e', '#c9b458', '#7d8f5b', '#5c6b73'][i]!),
  );
const sharpener: Motif = ({ main, dark }) =>
  turn(
    -20,
    path('M180 330h260l40 60v140H180z', main) +
      circle(300, 430, 60, dark) +
      rect(240, 415, 200, 26, 8, STEEL) +
      circle(300, 428, 10, INK),
  ) + turn(12, rect(470, 450, 170, 120, 20, '#e8a0a0') + rect(470, 450, 80, 120, 20, PAPER));
const tray: Motif = ({ main, dark }) =>
  path('M150 520l80-130h340l80 130z', PAPER) +
  repeat(2, (i) => rect(150, 380 + i * 150, 500, 36, 8, dark) + rect(150, 400 + i * 150, 500, 70, 12, main)) +
  rect(240, 330, 320, 50, 4, PAPER) +
  line('M270 350h200', STEEL_DARK, 6) +
  rect(150, 610, 500, 30, 8, dark);
const laptop: Motif = ({ main, dark }) =>
  turn(
    -6,
    rect(200, 170, 400, 270, 20, INK) +
      rect(220, 190, 360, 230, 8, '#9fcbd8') +
      circle(330, 300, 50, '#ffffff66'),
  ) +
  path('M150 450h500l-20 34H170z', STEEL) +
  line('M260 484l-60 150h400l-60-150', main, 30) +
  line('M200 634h400', dark, 30);
const phoneStand: Motif = ({ main, dark }) =>
  turn(
    -8,
    rect(300, 130, 210, 400, 34, INK) +
      rect(316, 150, 178, 350, 20, '#9fcbd8') +
      circle(405, 300, 50, '#ffffff77'),
  ) +
  path('M200 640q20-130 120-150h180q80 20 100 150z', main) +
  rect(260, 520, 280, 26, 13, dark);
const organiser: Motif = ({ main, dark, light }) =>
  repeat(4, (i) =>
    rect(300 + i * 44, 160 + (i % 2) * 60, 22, 280, 10, ['#d0583f', '#e0b04a', '#3d6b7d', '#5f8f5b'][i]!),
  ) +
  rect(180, 420, 440, 220, 24, main) +
  rect(210, 380, 180, 260, 20, dark) +
  rect(410, 440, 180, 200, 20, light);
const scissors: Motif = ({ main }) =>
  turn(20, line('M400 420L290 120', STEEL, 34) + ring(340, 560, 76, main, 34)) +
  turn(-20, line('M400 420l110-300', STEEL_DARK, 34) + ring(460, 560, 76, main, 34)) +
  circle(400, 420, 20, BRASS);
const tape: Motif = ({ main, dark }) =>
  path('M140 640q0-180 160-200h200q160 20 160 200z', main) +
  ring(380, 350, 110, PAPER, 60) +
  circle(380, 350, 76, dark) +
  line('M460 430l150 20', '#fff8e0cc', 30) +
  path('M600 430l40 30-40 20z', STEEL_DARK);
const pinboard: Motif = () =>
  rect(150, 180, 500, 400, 16, WOOD_DARK) +
  rect(180, 210, 440, 340, 6, '#d9a86c') +
  turn(-6, rect(230, 250, 150, 120, 4, PAPER), 300, 310) +
  turn(5, rect(410, 270, 160, 200, 4, '#cfe3e8'), 490, 370) +
  rect(250, 410, 120, 90, 4, '#f3d9a4') +
  circle(300, 262, 12, '#d0583f') +
  circle(490, 284, 12, '#3d6b7d') +
  circle(310, 420, 12, '#5f8f5b');

const headphones: Motif = ({ main, dark, light }) =>
  `<path d="M190 460V390a210 210 0 0 1 420 0v70" fill="none" stroke="${dark}" stroke-width="44"/>` +
  rect(140, 400, 130, 220, 60, main) +
  rect(530, 400, 130, 220, 60, main) +
  rect(240, 420, 50, 180, 24, INK) +
  rect(510, 420, 50, 180, 24, INK) +
  line('M170 450v110', light, 14);
const earbuds: Motif = ({ main, dark, light }) =>
  rect(210, 420, 380, 220, 90, dark) +
  path('M210 500q190 60 380 0v30q-190 60-380 0z', main) +
  repeat(
    2,
    (i) =>
      ellipse(320 + i * 160, 250, 62, 58, main) +
      rect(300 + i * 160, 260, 40, 150, 20, main) +
      ellipse(320 + i * 160, 236, 26, 22, light),
  );
const wired: Motif = ({ main, dark }) =>
  line('M260 260q-40 200 140 260t0 150M540 260q40 200-140 260', dark, 10) +
  circle(260, 220, 64, main) +
  circle(540, 220, 64, main) +
  circle(240, 210, 30, INK) +
  circle(560, 210, 30, INK) +
  rect(380, 500, 40, 90, 14, STEEL);
const speaker: Motif = ({ main, dark, light }) =>
  rect(240, 140, 320, 500, 60, main) +
  circle(400, 430, 130, dark) +
  circle(400, 430, 86, INK) +
  circle(400, 430, 30, STEEL_DARK) +
  circle(400, 230, 56, dark) +
  circle(400, 230, 26, INK) +
  line('M270 200v360', light, 10);
const pocketSpeaker: Motif = ({ main, dark, light }) =>
  rect(190, 260, 420, 380, 120, main) +
  repeat(7, (row) => repeat(8, (column) => circle(265 + column * 39, 350 + row * 38, 9, dark))) +
  line('M540 290q80-90 90-170', dark, 16) +
  rect(290, 280, 220, 26, 13, light);
const radio: Motif = ({ main, dark }) =>
  line('M560 250l80-150', STEEL_DARK, 10) +
  rect(130, 250, 540, 360, 40, WOOD) +
  rect(160, 280, 290, 300, 24, main) +
  repeat(7, (i) => line(`M185 ${315 + i * 38}h240`, dark, 8)) +
  circle(560, 470, 74, INK) +
  line('M560 470l30-44', PAPER, 10) +
  rect(490, 290, 150, 80, 10, '#cfe3b8') +
  line('M200 610v30M600 610v30', WOOD_DARK, 26);
const soundbar: Motif = ({ main, dark }) =>
  rect(190, 180, 420, 250, 12, INK) +
  rect(206, 196, 388, 218, 6, '#9fcbd8') +
  circle(330, 300, 44, '#ffffff66') +
  rect(90, 500, 620, 120, 50, main) +
  repeat(24, (i) => line(`M${130 + i * 24} 525v70`, dark, 5));
const turntable: Motif = ({ main, dark }) =>
  rect(130, 260, 540, 360, 30, main) +
  circle(360, 440, 150, INK) +
  repeat(3, (i) => ring(360, 440, 70 + i * 26, '#4a4e63', 4)) +
  circle(360, 440, 46, '#d0583f') +
  circle(360, 440, 8, PAPER) +
  circle(590, 330, 34, STEEL) +
  line('M590 330l-20 170-80 50', STEEL_DARK, 14) +
  rect(150, 610, 60, 30, 8, dark) +
  rect(590, 610, 60, 30, 8, dark);
const amplifier: Motif = ({ main, dark }) =>
  rect(110, 300, 580, 280, 24, main) +
  rect(130, 320, 540, 240, 14, STEEL) +
  circle(260, 440, 84, dark) +
  line('M260 440l40-54', PAPER, 10) +
  repeat(3, (i) => circle(430 + i * 80, 470, 26, INK)) +
  rect(400, 350, 220, 50, 10, INK) +
  line('M420 375h80', '#e0b04a', 8) +
  rect(160, 580, 70, 30, 8, INK) +
  rect(570, 580, 70, 30, 8, INK);
const charger: Motif = ({ main, dark }) =>
  rect(250, 270, 300, 340, 60, main) +
  rect(310, 160, 30, 120, 10, STEEL_DARK) +
  rect(460, 160, 30, 120, 10, STEEL_DARK) +
  rect(340, 420, 120, 34, 17, INK) +
  rect(340, 490, 120, 34, 17, INK) +
  path('M410 310l-40 60h30l-12 44 46-64h-30z', '#e0b04a') +
  `<rect x="250" y="270" width="300" height="340" rx="60" fill="none" stroke="${dark}" stroke-width="6"/>`;
const chargingPad: Motif = ({ main, dark }) =>
  line('M600 560q100 20 110 90', INK, 12) +
  ellipse(400, 560, 240, 70, dark) +
  ellipse(400, 540, 240, 70, main) +
  turn(-20, rect(300, 300, 200, 260, 30, INK) + rect(314, 320, 172, 220, 16, '#9fcbd8'), 400, 430) +
  path('M410 380l-40 60h30l-12 44 46-64h-30z', '#e0b04a');
const powerBank: Motif = ({ main, dark, light }) =>
  rect(260, 150, 280, 490, 50, main) +
  rect(300, 150, 200, 44, 12, dark) +
  rect(340, 162, 60, 20, 10, INK) +
  rect(420, 162, 50, 20, 6, INK) +
  repeat(4, (i) => circle(350 + i * 34, 590, 9, i < 3 ? '#fff3c4' : dark)) +
  line('M296 240v300', light, 12) +
  path('M420 320l-60 90h44l-18 70 74-100h-46z', light);
const cable: Motif = ({ main, dark }) =>
  `<path d="M400 240a150 150 0 1 1-1 0M400 280a110 110 0 1 1-1 0M400 320a70 70 0 1 1-1 0" fill="none" stroke="${main}" stroke-width="26"/>` +
  line('M540 430q140 60 110 180M270 330Q170 250 190 150', main, 26) +
  rect(162, 90, 56, 90, 12, dark) +
  rect(176, 60, 28, 40, 6, STEEL) +
  rect(620, 590, 56, 80, 12, dark) +
  rect(370, 220, 60, 60, 10, WOOD_DARK);
const hub: Motif = ({ main, dark }) =>
  line('M190 400Q90 400 100 250', INK, 18) +
  rect(70, 170, 60, 90, 10, STEEL) +
  rect(180, 310, 500, 180, 40, main) +
  repeat(5, (i) => rect(230 + i * 88, 410, 60, 30, i % 2 ? 15 : 4, INK)) +
  rect(230, 345, 120, 24, 12, dark);
const powerStrip: Motif = ({ main, dark }) =>
  line('M120 470Q40 470 60 640', INK, 20) +
  rect(110, 350, 580, 220, 44, main) +
  repeat(
    4,
    (i) =>
      circle(200 + i * 118, 460, 50, PAPER) +
      circle(184 + i * 118, 460, 8, INK) +
      circle(216 + i * 118, 460, 8, INK),
  ) +
  rect(630, 420, 36, 20, 6, dark) +
  rect(630, 470, 36, 20, 6, dark);

export const OFFICE: readonly (readonly [RegExp, Motif])[] = [
  [/spiral|sketchbook/, spiral],
  [/planner|desk pad/, sheets],
  [/letterpress|cards|word by word/, cards],
  [/notebook|journal/, notebook],
  [/mechanical pencil/, pen],
  [/pencils/, pencils],
  [/\bink\b/, ink],
  [/\bpen\b|ballpoint/, pen],
  [/markers/, markers],
  [/sharpener/, sharpener],
  [/tray/, tray],
  [/laptop stand/, laptop],
  [/phone stand/, phoneStand],
  [/organiser/, organiser],
  [/scissors/, scissors],
  [/tape/, tape],
  [/pin board/, pinboard],
];
export const SOUND: readonly (readonly [RegExp, Motif])[] = [
  [/headphones/, headphones],
  [/wired/, wired],
  [/earbuds/, earbuds],
  [/pocket speaker/, pocketSpeaker],
  [/soundbar/, soundbar],
  [/speaker/, speaker],
  [/radio/, radio],
  [/turntable/, turntable],
  [/amplifier/, amplifier],
  [/charging/, chargingPad],
  [/charger/, charger],
  [/power bank/, powerBank],
  [/\bcable\b/, cable],
  [/\bhub\b/, hub],
  [/power strip/, powerStrip],
];
export const officeDefault: Motif = notebook;
export const soundDefault: Motif = speaker;
