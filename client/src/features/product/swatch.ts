const COLOUR_ATTRIBUTES = ['colour', 'color', 'farbe'];

/** Colours that shops name and CSS does not, or means differently. */
const SHADES: Readonly<Record<string, string>> = {
  beech: '#d6ab7d',
  brass: '#cda255',
  brick: '#a8452f',
  clear: '#e3eff2',
  cream: '#efe2c6',
  forest: '#35604a',
  honey: '#d99a3c',
  mustard: '#d6a233',
  natural: '#cba77a',
  navy: '#2f4468',
  oak: '#c2925f',
  oat: '#dccbb0',
  rust: '#ad5433',
  sage: '#8fa583',
  sand: '#d8c09a',
  slate: '#5d6b78',
  terracotta: '#c46a4a',
  walnut: '#7a5238',
};
/** Those that CSS names. */
const PLAIN = /^(black|white|gr[ae]y|silver|blue|teal|green|olive|brown|red|orange|yellow|pink|purple|gold)$/;

/** The CSS colour of an option's value; undefined for other options, and for colours we do not know. */
export function swatchOf(attribute: string, value: string): string | undefined {
  if (!COLOUR_ATTRIBUTES.includes(attribute.toLowerCase())) return undefined;
  const name = value.trim().toLowerCase();
  return SHADES[name] ?? (PLAIN.test(name) ? name : undefined);
}
