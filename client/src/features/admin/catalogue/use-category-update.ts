import { useState } from 'react';
import type { UpdateCategoryInput } from '../../../generated/schema.js';
import type { UserErrorLike } from '../../../lib/forms.js';
import { useAdminUpdateCategoryMutation } from './AdminUpdateCategory.generated.js';
import type { CategoryChoiceFragment } from './CategoryChoice.generated.js';
import { AFTERWARDS } from './use-categories.js';

type Changes = Omit<UpdateCategoryInput, 'slug' | 'version'>;

interface Outcome {
  readonly errors: readonly UserErrorLike[];
  /** The category as it is now, if it was done. */
  readonly saved: CategoryChoiceFragment | undefined;
}

/**
 * Changes one part of a category. The input is based on what was shown when editing began. If a colleague has changed that part
 * since, their change is shown and not overwritten until the form is sent again. Changes to other parts do not matter.
 * @param part the part of the category that the form shows
 */
export function useCategoryUpdate(
  category: CategoryChoiceFragment,
  part: (category: CategoryChoiceFragment) => unknown,
) {
  const [base, setBase] = useState(category);
  const [theirs, setTheirs] = useState<CategoryChoiceFragment>();
  const [mutate] = useAdminUpdateCategoryMutation(AFTERWARDS);
  const isAsShown = (now: CategoryChoiceFragment) => JSON.stringify(part(now)) === JSON.stringify(part(base));

  async function send(changes: Changes, version: number): Promise<Outcome> {
    const { data } = await mutate({ variables: { input: { slug: category.slug, version, ...changes } } });
    const { category: now, userErrors = [] } = data?.updateCategory ?? {};
    const isConflict = now && userErrors.some(({ code }) => code === 'CONFLICT');
    if (isConflict && isAsShown(now)) return send(changes, now.version);
    if (now) setBase(now);
    setTheirs(isConflict ? now : undefined);
    const errors = isConflict
      ? [{ message: 'A colleague changed this while you were editing it.' }]
      : userErrors;
    return { errors, saved: now && errors.length === 0 ? now : undefined };
  }
  return {
    update: (changes: Changes) => send(changes, base.version),
    /** What a colleague made of it, until the form is sent once more. */
    theirs,
  };
}
