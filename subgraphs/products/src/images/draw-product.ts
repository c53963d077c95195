/** What a picture is drawn from. */
export interface Subject {
  readonly sku: string;
  readonly name: string;
  readonly title: string;
  readonly category: string;
  readonly colour: string | null;
}

/** An SVG of a product, 800 × 800: the same for the same subject. */
export function drawProduct({ title }: Subject): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 800 800" role="img"><title>${title.replace(/[<&>]/g, '')}</title><rect width="800" height="800" fill="#f3e9dc"/><circle cx="400" cy="400" r="180" fill="#c8553d"/></svg>`;
}
