/** Folds text for the search of users: both the stored text and the search words lose case and accents. */
export function foldForSearch(value: string): string {
  return value
    .normalize('NFKD')
    .replace(/[\p{M}\p{Cc}]/gu, '')
    .toLowerCase();
}
