/**
 * Order numbers such as `CG-7F3K-2Q9M`: seven random characters and a check character. The alphabet has no characters that
 * are easily confused (no 1, I, L, O, U; a typed O counts as 0). Because its length is a prime number, the weighted sum
 * detects every single wrong character and every swap of two.
 */
const ALPHABET = '023456789ABCDEFGHJKMNPQRSTVWXYZ';
const LENGTH = 7;

const checkCharacter = (payload: string): string => {
  let sum = 0;
  for (const [index, character] of [...payload].entries()) sum += (index + 2) * ALPHABET.indexOf(character);
  return ALPHABET[sum % ALPHABET.length]!;
};

const format = (characters: string) => `CG-${characters.slice(0, 4)}-${characters.slice(4)}`;

/** @param randomInt returns an unpredictable integer from 0 up to, but not including, its argument */
export function createOrderNumber(randomInt: (below: number) => number): string {
  const payload = Array.from({ length: LENGTH }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');
  return format(payload + checkCharacter(payload));
}

/** Reads a number as people type it; `undefined` if it is not valid, which every single typing error makes it. */
export function parseOrderNumber(typed: string): string | undefined {
  const characters = typed
    .toUpperCase()
    .replace(/[\s-]/g, '')
    .replace(/^CG(?=.{8}$)/, '')
    .replaceAll('O', '0');
  if (characters.length !== LENGTH + 1 || [...characters].some((c) => !ALPHABET.includes(c)))
    return undefined;
  const payload = characters.slice(0, LENGTH);
  return characters.endsWith(checkCharacter(payload)) ? format(characters) : undefined;
}
