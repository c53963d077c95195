/**
 * Order numbers such as `CG-7F3K-2Q9M`: seven random characters and one that checks them. No character can be
 * taken for another (no 1, I, L, O, U; 0 stands for a letter O as well), and since the alphabet has a prime number of
 * characters, a weighted sum finds every single wrong character and every swap of two.
 */
const ALPHABET = '023456789ABCDEFGHJKMNPQRSTVWXYZ';
const LENGTH = 7;

const checkCharacter = (payload: string): string => {
  let sum = 0;
  for (const [index, character] of [...payload].entries()) sum += (index + 2) * ALPHABET.indexOf(character);
  return ALPHABET[sum % ALPHABET.length]!;
};

const format = (characters: string) => `CG-${characters.slice(0, 4)}-${characters.slice(4)}`;

/** @param randomInt gives a whole number from 0 to below its argument, unpredictably */
export function createOrderNumber(randomInt: (below: number) => number): string {
  const payload = Array.from({ length: LENGTH }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');
  return format(payload + checkCharacter(payload));
}

/** Reads a number as people type it; `undefined` if it cannot be one, which a single slip always shows. */
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
