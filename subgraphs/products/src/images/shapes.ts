/** Colours a motif is drawn in. */
export interface Palette {
  /** The product's own colour, darker and lighter. */
  readonly main: string;
  readonly dark: string;
  readonly light: string;
}

/** Draws one kind of thing on an 800 × 800 canvas, standing on y = 640 or hanging around the middle. */
export type Motif = (palette: Palette) => string;

/** Materials whose colour does not depend on the product. */
export const WOOD = '#b9855a';
export const WOOD_DARK = '#8f6140';
export const STEEL = '#c9d0d6';
export const STEEL_DARK = '#8e99a3';
export const INK = '#2d3142';
export const PAPER = '#fbf7ef';
export const LEAF = '#5f8f5b';
export const LEAF_DARK = '#3f6b45';
export const BRASS = '#d2a24c';

export const rect = (x: number, y: number, width: number, height: number, radius: number, fill: string) =>
  `<rect x="${x}" y="${y}" width="${width}" height="${height}" rx="${radius}" fill="${fill}"/>`;
export const circle = (x: number, y: number, radius: number, fill: string) =>
  `<circle cx="${x}" cy="${y}" r="${radius}" fill="${fill}"/>`;
export const ellipse = (x: number, y: number, rx: number, ry: number, fill: string) =>
  `<ellipse cx="${x}" cy="${y}" rx="${rx}" ry="${ry}" fill="${fill}"/>`;
export const path = (d: string, fill: string) => `<path d="${d}" fill="${fill}"/>`;
export const line = (d: string, stroke: string, width: number) =>
  `<path d="${d}" fill="none" stroke="${stroke}" stroke-width="${width}" stroke-linecap="round" stroke-linejoin="round"/>`;
export const ring = (x: number, y: number, radius: number, stroke: string, width: number) =>
  `<circle cx="${x}" cy="${y}" r="${radius}" fill="none" stroke="${stroke}" stroke-width="${width}"/>`;
export const turn = (degrees: number, content: string, x = 400, y = 400) =>
  `<g transform="rotate(${degrees} ${x} ${y})">${content}</g>`;
/** Draws a shape several times, each with its index. */
export const repeat = (count: number, draw: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => draw(index)).join('');
