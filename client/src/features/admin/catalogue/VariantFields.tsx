import { useId } from 'react';
import { Link } from 'react-router';
import type { EditableProductFragment } from './EditableProduct.generated.js';

interface VariantFieldsProps {
  /** The product that the new one is a variant of. */
  readonly sibling: EditableProductFragment;
  readonly error: string | undefined;
}

/** What distinguishes a new variant: chosen with the first one, and the same for all later ones. */
export function VariantFields({ sibling, error }: VariantFieldsProps) {
  const noteId = useId();
  const labelOf = (name: string) => sibling.attributes.find((each) => each.name === name)?.label ?? name;
  return (
    <fieldset
      aria-describedby={error ? noteId : undefined}
      className="rounded-xl bg-stone-100 p-4 text-sm sm:col-span-2 dark:bg-stone-800"
    >
      <legend className="sr-only">What distinguishes the variants</legend>
      <p>
        A variant of{' '}
        <Link to={`/admin/catalogue/${sibling.id}`} className="font-medium underline">
          {sibling.name}
        </Link>
        .{' '}
        {sibling.variant
          ? `It differs by ${sibling.variant.options.map(labelOf).join(' and ')}: enter its value under Properties.`
          : 'What distinguishes the two? Give this one its own value under Properties.'}
      </p>
      {!sibling.variant && (
        <div className="mt-2 flex flex-wrap gap-x-5">
          {sibling.attributes.map(({ name, label }) => (
            <label key={name} className="flex min-h-9 items-center gap-2">
              <input type="checkbox" name="options" value={name} className="size-4 accent-leaf-700" />
              {label}
            </label>
          ))}
          {sibling.attributes.length === 0 && (
            <p>It has no properties yet: give it one first, e.g. its size or colour.</p>
          )}
        </div>
      )}
      {error && (
        <p id={noteId} className="mt-2 text-red-700 dark:text-red-400">
          {error}
        </p>
      )}
    </fieldset>
  );
}
