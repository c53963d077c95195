/** How many typing errors a word may have: one from five letters on, two from nine. */
export const allowedErrors = (word: string): number => {
  const { length } = [...word];
  return length >= 9 ? 2 : length >= 5 ? 1 : 0;
};

/**
 * How many letters were left out, added, replaced or swapped with their neighbour, if at most `most`.
 * @returns `most + 1` if there are more
 */
export function countErrors(typed: string, word: string, most: number): number {
  if (Math.abs(typed.length - word.length) > most) return most + 1;
  let [beforeLast, last] = [[] as number[], Array.from({ length: word.length + 1 }, (_, index) => index)];
  for (let row = 1; row <= typed.length; row += 1) {
    const current = [row];
    let least = row;
    for (let column = 1; column <= word.length; column += 1) {
      const isSame = typed[row - 1] === word[column - 1];
      let errors = Math.min(
        last[column]! + 1,
        current[column - 1]! + 1,
        last[column - 1]! + (isSame ? 0 : 1),
      );
      const isSwapped =
        row > 1 && column > 1 && typed[row - 1] === word[column - 2] && typed[row - 2] === word[column - 1];
      if (isSwapped) errors = Math.min(errors, beforeLast[column - 2]! + 1);
      current.push(errors);
      least = Math.min(least, errors);
    }
    if (least > most) return most + 1;
    [beforeLast, last] = [last, current];
  }
  return last[word.length]!;
}

/** The letters of a word as bits, which rules out most words before any is compared. */
export function lettersOf(word: string): number {
  let letters = 0;
  for (let index = 0; index < word.length; index += 1) letters |= 1 << (word.charCodeAt(index) & 31);
  return letters;
}

/** How many letters only one of two words has: at most two for each typing error. */
export function differing(letters: number, others: number): number {
  let count = 0;
  for (let rest = letters ^ others; rest !== 0; rest &= rest - 1) count += 1;
  return count;
}
