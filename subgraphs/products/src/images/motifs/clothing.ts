import { BRASS, circle, ellipse, INK, line, path, PAPER, rect, repeat, type Motif } from '../shapes.js';

const BODY = 'M290 170q110 70 220 0l120 60 60 330-90 20-50-230v290H250V350l-50 230-90-20 60-330z';
const SHORT = 'M290 170q110 70 220 0l130 70 50 150-110 40-30-60v270H250V370l-30 60-110-40 50-150z';
const jumper: Motif = ({ main, dark, light }) =>
  path(BODY, main) +
  path('M290 170q110 70 220 0l-20-20q-90 50-180 0z', dark) +
  rect(250, 605, 300, 38, 10, dark) +
  path('M108 555l92 22-6 32-92-22zM692 555l-92 22 6 32 92-22z', dark) +
  repeat(6, (i) => line(`M${282 + i * 47} 290v290`, `${light}99`, 6));
const rollNeck: Motif = (palette) =>
  jumper(palette) +
  rect(320, 110, 160, 84, 30, palette.dark) +
  line('M345 130v44M385 130v50M425 130v50M455 130v44', palette.main, 6);
const cardigan: Motif = (palette) =>
  jumper(palette) +
  path('M310 165l90 170 90-170q-90 50-180 0z', PAPER) +
  line('M400 335v300', palette.dark, 16) +
  repeat(4, (i) => circle(400, 380 + i * 66, 13, BRASS));
const vest: Motif = ({ main, dark, light }) =>
  path('M290 160l110 130 110-130 60 30q-50 120-10 220v230H240V410q40-100-10-220z', main) +
  line('M400 290v340', dark, 10) +
  repeat(5, (i) => line(`M250 ${420 + i * 46}h300`, `${light}aa`, 7)) +
  line('M290 160l110 130 110-130', dark, 16);
const tshirt: Motif = ({ main, dark, light }) =>
  path(SHORT, main) + line('M290 172q110 70 220 0', dark, 16) + line('M290 380v230', `${light}88`, 12);
const striped: Motif = ({ main }) =>
  `<clipPath id="c"><path d="${BODY}"/></clipPath>` +
  path(BODY, PAPER) +
  `<g clip-path="url(#c)">${repeat(11, (i) => rect(90, 240 + i * 38, 620, 14, 0, main))}</g>` +
  line('M290 172q110 70 220 0', main, 14);
const shirt: Motif = ({ main, dark, light }) =>
  path(BODY, main) +
  path('M300 165l100 60-60 70-70-100zM500 165l-100 60 60 70 70-100z', light) +
  line('M400 230v405', dark, 5) +
  repeat(5, (i) => circle(400, 300 + i * 70, 9, PAPER)) +
  rect(440, 340, 80, 90, 10, `${dark}66`);
const flannel: Motif = (palette) =>
  shirt(palette) +
  `<clipPath id="c"><path d="${BODY}"/></clipPath><g clip-path="url(#c)">${repeat(6, (i) => rect(130 + i * 100, 150, 22, 520, 0, '#00000033') + rect(90, 220 + i * 80, 620, 18, 0, '#00000033'))}</g>`;
const polo: Motif = (palette) =>
  tshirt(palette) +
  path('M310 170l90 60 90-60 20 60-110 50-110-50z', palette.light) +
  line('M400 240v110', palette.dark, 8) +
  circle(400, 290, 8, PAPER) +
  circle(400, 330, 8, PAPER);
const jacket: Motif = ({ main, dark, light }) =>
  path('M270 170h260l130 60 60 350-100 20-40-220v270H220V380l-40 220-100-20 60-350z', main) +
  path('M290 170q110-90 220 0l-40 70H330z', dark) +
  line('M400 240v405', light, 10) +
  rect(265, 470, 100, 110, 14, dark) +
  rect(435, 470, 100, 110, 14, dark) +
  line('M265 500h100M435 500h100', light, 6);
const puffer: Motif = (palette) =>
  jacket(palette) + repeat(5, (i) => line(`M230 ${310 + i * 62}q85 20 170 0 85-20 170 0`, palette.dark, 8));
const coat: Motif = ({ main, dark, light }) =>
  path('M290 110h220l110 60 50 330-80 14-30-180 40 330H200l40-330-30 180-80-14 50-330z', main) +
  path('M300 108l100 220 100-220 40 40-120 240h-40L260 148z', dark) +
  repeat(3, (i) => circle(430, 430 + i * 66, 12, INK)) +
  line('M270 500l70-10M460 490l70 10', light, 12);
const socks: Motif = ({ main, dark, light }) => {
  const sock =
    path('M300 130h130v260q0 40 40 60l100 60q50 30 20 90t-90 40L330 540q-40-30-40-80z', main) +
    rect(292, 120, 146, 60, 16, dark) +
    path('M500 470l70 42q46 30 18 88t-84 40l-40-18z', dark) +
    line('M330 220h80M330 260h80', light, 12);
  return `<g transform="translate(-110 0)">${sock}</g><g transform="translate(70 10)">${sock}</g>`;
};
const beanie: Motif = ({ main, dark, light }) =>
  circle(400, 150, 50, light) +
  path('M190 470q0-310 210-310t210 310z', main) +
  repeat(6, (i) => line(`M${250 + i * 60} 450q${(i - 2.5) * -8}-140 ${(2.5 - i) * 40}-250`, `${dark}88`, 8)) +
  rect(165, 450, 470, 130, 40, dark) +
  repeat(11, (i) => line(`M${205 + i * 39} 475v80`, main, 8));
const strawHat: Motif = ({ main, dark }) =>
  ellipse(400, 500, 310, 90, main) +
  path('M240 490q0-260 160-260t160 260q-160 60-320 0z', main) +
  path('M240 440q160 60 320 0v56q-160 60-320 0z', INK) +
  repeat(
    4,
    (i) =>
      `<ellipse cx="400" cy="500" rx="${300 - i * 30}" ry="${84 - i * 9}" fill="none" stroke="${dark}" stroke-width="3"/>`,
  );
const scarf: Motif = ({ main, dark, light }) =>
  path('M230 180q170 110 340 0l30 100q-200 130-400 0z', main) +
  path('M300 280h110v330H300z', main) +
  path('M410 290h110l40 300H440z', dark) +
  repeat(6, (i) => line(`M${310 + i * 19} 610v50`, light, 7) + line(`M${448 + i * 21} 590l4 50`, light, 7)) +
  line('M310 540h90M310 510h90', light, 10);
const gloves: Motif = ({ main, dark, light }) => {
  const glove =
    path(
      'M260 640V420l-60-90q-10-40 30-40l70 70V200q0-36 32-36t32 36v120-150q0-36 32-36t32 36v150-120q0-34 30-34t30 34v300q0 60-30 100v50z',
      main,
    ) +
    rect(255, 600, 210, 44, 12, dark) +
    line('M330 400v120M394 400v120', light, 8);
  return `<g transform="translate(-80 20) rotate(-8 400 400)">${glove}</g><g transform="translate(860 30) scale(-1 1) rotate(-10 400 400)">${glove}</g>`;
};
const belt: Motif = ({ main, dark }) =>
  `<path d="M400 200a200 200 0 1 1-1 0" fill="none" stroke="${main}" stroke-width="64"/><path d="M400 200a200 200 0 1 1-1 0" fill="none" stroke="${dark}" stroke-width="6" stroke-dasharray="14 12"/>` +
  `<rect x="330" y="145" width="140" height="110" rx="16" fill="none" stroke="${BRASS}" stroke-width="22"/>` +
  line('M400 200h70', BRASS, 14);
const tote: Motif = ({ main, dark }) =>
  line('M300 320Q300 120 400 120t100 200', dark, 24) +
  path('M210 310h380l30 330H180z', main) +
  line('M230 350h340', dark, 6) +
  circle(400, 490, 70, '#c8553d') +
  path('M400 440q50 50 0 100-50-50 0-100', PAPER);
const poncho: Motif = ({ main, dark, light }) =>
  path('M400 150q110 0 130 80l190 350q-320 110-640 0l190-350q20-80 130-80z', main) +
  circle(400, 235, 62, dark) +
  line('M400 300v300', light, 10) +
  line('M300 300L200 570M500 300l100 270', dark, 8);

export const CLOTHING: readonly (readonly [RegExp, Motif])[] = [
  [/roll-neck/, rollNeck],
  [/cardigan/, cardigan],
  [/jumper|sweater|pullover/, jumper],
  [/vest/, vest],
  [/striped/, striped],
  [/t-shirt|long-sleeve/, tshirt],
  [/polo/, polo],
  [/flannel/, flannel],
  [/shirt|blouse/, shirt],
  [/down jacket/, puffer],
  [/coat/, coat],
  [/jacket/, jacket],
  [/poncho/, poncho],
  [/socks/, socks],
  [/beanie/, beanie],
  [/\bhat\b/, strawHat],
  [/scarf/, scarf],
  [/gloves/, gloves],
  [/belt/, belt],
  [/tote/, tote],
];
export const clothingDefault: Motif = tshirt;
