import type { NewProduct } from './product-input.js';
import type { Product } from './product.js';
import { fold } from '../search/fold.js';
import { printable } from '@cartograph/kit/text';

/** A product as its group sees it. */
export type Member = Pick<NewProduct, 'sku' | 'title' | 'category' | 'variant' | 'attributes'> &
  Partial<Pick<Product, 'isArchived'>>;

interface GroupConflict {
  readonly field: readonly string[];
  readonly message: string;
  /** Given if the group takes no further variant at all. */
  readonly isFull?: true;
}

/** A page for more is not one that people can choose from, and one document holds an offer of each. */
const MAX_VARIANTS = 250;

const optionNames = ({ variant }: Member): string[] => (variant?.options ?? []).toSorted();

/** "size M, colour Navy" */
const optionText = ({ variant, attributes }: Member): string =>
  (variant?.options ?? [])
    .map((option) => `${option} ${attributes.find(({ name }) => name === option)?.value ?? ''}`)
    .join(', ');

/** The group and the option values of a variant. No two products on sale have the same key. */
export function variantKey(member: Member): string | null {
  if (!member.variant || member.isArchived) return null;
  const values = optionNames(member).map((option) => [
    option,
    fold(member.attributes.find(({ name }) => name === option)?.value ?? ''),
  ]);
  return JSON.stringify([member.variant.group, values]);
}

/** Whether a change may conflict with the siblings. A change of price or description never does. */
export const concernsGroup = (changes: Partial<Product>): boolean =>
  'title' in changes ||
  'category' in changes ||
  'attributes' in changes ||
  'variant' in changes ||
  changes.isArchived === false;

/**
 * Why a product does not fit its group. All variants of a group have the same name, category and options, and no two of them
 * on sale have the same option values. A new name or category of a member is no conflict: the whole group gets it.
 * @param before the product before the change, if it is not new
 * @param siblings the other products of the group, including archived ones
 */
export function groupConflicts(
  next: Member,
  before: Member | undefined,
  siblings: readonly Member[],
): GroupConflict[] {
  if (!next.variant) return [];
  const group = `the group "${printable(next.variant.group)}"`;
  const isMember = before?.variant?.group === next.variant.group;
  const conflicts: GroupConflict[] = [];
  if (!isMember) {
    const named = siblings.find(({ title }) => title !== next.title);
    if (named)
      conflicts.push({
        field: ['name'],
        message: `All variants of ${group} must have the same name; ${named.sku} is named "${printable(named.title, 200)}".`,
      });
    const filed = siblings.find(({ category }) => category !== next.category);
    if (filed)
      conflicts.push({
        field: ['category'],
        message: `All variants of ${group} must have the same category; ${filed.sku} is in "${filed.category}".`,
      });
  }
  const onSale = siblings.filter((sibling) => !sibling.isArchived).length;
  const isAdded = !isMember || before?.isArchived === true;
  if (isAdded && !next.isArchived && onSale >= MAX_VARIANTS)
    conflicts.push({
      field: ['variant', 'group'],
      message: `A product may have at most ${MAX_VARIANTS} variants on sale; ${group} has ${onSale}. Use another group.`,
      isFull: true,
    });
  const names = optionNames(next).join('\n');
  if (!isMember || optionNames(before!).join('\n') !== names) {
    const odd = siblings.find((sibling) => optionNames(sibling).join('\n') !== names);
    if (odd)
      conflicts.push({
        field: ['variant', 'options'],
        message: `All variants of ${group} must have the same options; ${odd.sku} has ${odd.variant!.options.join(', ')}.`,
      });
  }
  const key = variantKey(next);
  if (key !== null && (!isMember || variantKey(before!) !== key)) {
    const equal = siblings.find((sibling) => variantKey(sibling) === key);
    if (equal)
      conflicts.push({
        field: ['attributes'],
        message: `${equal.sku} of ${group} already has ${optionText(equal)}. The variants of a group must differ.`,
      });
  }
  return conflicts;
}
