import type { Deps } from './change-category.js';

/** Refiles products that a change of categories may have missed. Safe to repeat. @returns how many categories it refiled */
export async function refileProducts({ catalogue, categories, onChanged, clock }: Deps): Promise<number> {
  const startedAt = clock();
  const due = await catalogue.categoriesToRefile(startedAt);
  for (const slug of due) {
    await catalogue.refile(slug, await categories.fresh());
    await catalogue.refiled(slug, startedAt);
  }
  if (due.length > 0) await onChanged();
  return due.length;
}
