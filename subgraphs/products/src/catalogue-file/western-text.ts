/**
 * The letters beyond A to Z of the languages that Windows-1252 is used for. `Š`, `ÿ`, `¤` and others are missing on purpose:
 * in files that people really have, their bytes are letters of another character set (Mac, DOS, Windows-1250).
 */
const ALPHABETS = [
  'áâäçéëíîóôöúüß', // The letters that have the same bytes in Windows-1250 and 1254, so nothing can be confused.
  'àâäæçéèêëîïôöœùûüß', // German, French, Dutch
  'áéíóúüñç', // Spanish
  'àèéíïòóúüç', // Catalan
  'àèéìíîòóù', // Italian
  'áâãàçéêíóôõúü', // Portuguese
  'åäöéüæøóòôèêà', // Swedish, Danish, Norwegian, Finnish
].map((letters) => new Set(letters));

/** Signs as they stand in texts and prices. */
const SIGNS = new Set('€£¥©®™°²³½¼¾±×µ·•…–—‘’“”„‚«»‹›§¿¡ºª\u00A0\u00AD');
/** Signs that may stand between two lower-case letters: none but the apostrophe, the Catalan point and the soft hyphen. */
const INSIDE_WORDS = new Set('’·\u00AD×');

/**
 * Whether a text that was decoded as Windows-1252 can really be that: all its letters belong to one Western language, and
 * letters and signs stand where people put them. Greek, Cyrillic, Polish, Czech, Turkish, Mac and DOS files fail this.
 */
export function createWesternCheck() {
  const letters = new Set<string>();
  let isOdd = false;
  let carried = '';

  function look(text: string): void {
    for (const { 0: run, index } of text.matchAll(/[\u0080-\uFFFF]+/g)) {
      const before = text[index - 1] ?? '';
      const after = text[index + run.length] ?? '';
      isOdd ||= run.length > 3 || /\p{L}{3}/u.test(run);
      const around = before + run + after;
      for (let at = before.length; at < before.length + run.length; at++)
        isOdd ||= !fits(around[at]!, around[at - 1] ?? '', around[at + 1] ?? '');
    }
  }

  function fits(sign: string, before: string, after: string): boolean {
    if (!/\p{L}/u.test(sign) || sign === 'µ' || sign === 'º' || sign === 'ª') {
      if (!SIGNS.has(sign)) return false;
      const isInside = /\p{L}/u.test(before) && /\p{L}/u.test(after);
      if (isInside && !INSIDE_WORDS.has(sign))
        return /\p{Lu}/u.test(before + after) && /[–—€£®™]/u.test(sign);
      // In a word only ¿ and ¡ are followed by a letter, and they begin it. ¹ and ³ end a unit such as m³.
      return !(/[¿¡]/u.test(sign) && /\p{L}/u.test(before));
    }
    letters.add(sign.toLowerCase());
    // œ is always followed by u or i ("œuvre", "œil"); elsewhere it is the Polish ś or the Mac's ú.
    if (/œ/i.test(sign)) return /[ui]/i.test(after);
    // An upper-case letter inside a word that is not all upper case.
    return !(
      /\p{Lu}/u.test(sign) &&
      (/\p{Ll}/u.test(before) || (/[A-Z]/.test(before) && /\p{Ll}/u.test(after)))
    );
  }

  return {
    add(decoded: string): void {
      if (isOdd) return;
      const text = carried + decoded;
      // Up to the last line end, so that every character is seen next to its neighbours.
      const end =
        text.length > 1_000_000 ? text.length : Math.max(text.lastIndexOf('\n'), text.lastIndexOf('\r')) + 1;
      look(text.slice(0, end));
      carried = text.slice(end);
    },
    isWestern(): boolean {
      look(carried);
      return !isOdd && ALPHABETS.some((alphabet) => [...letters].every((letter) => alphabet.has(letter)));
    },
  };
}
