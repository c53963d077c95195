import { Field } from '../../../components/Field.js';
import { SelectField } from '../../../components/SelectField.js';
import { TextAreaField } from '../components/TextAreaField.js';
import { AttributeFields } from './AttributeFields.js';
import { CategoryOptions } from './CategoryOptions.js';
import type { Draft } from './draft.js';
import type { Choice } from './use-categories.js';

interface ProductFieldsProps {
  readonly draft: Draft;
  readonly onChange: (draft: Draft) => void;
  readonly errorOf: (path: string) => string | undefined;
  readonly categories: readonly Choice[];
  readonly currency: string;
}

/** The fields that the forms for a new and an existing product share. */
export function ProductFields({ draft, onChange, errorOf, categories, currency }: ProductFieldsProps) {
  const set = (field: keyof Draft) => (event: { target: { value: string } }) =>
    onChange({ ...draft, [field]: event.target.value });
  return (
    <>
      <Field
        label="Name"
        value={draft.name}
        onChange={set('name')}
        error={errorOf('name')}
        className="sm:col-span-2"
      />
      <TextAreaField
        label="Description"
        rows={6}
        value={draft.description}
        onChange={set('description')}
        error={errorOf('description')}
        hint="Plain text; an empty line begins a new paragraph."
        className="sm:col-span-2"
      />
      <SelectField
        label="Category"
        value={draft.category}
        onChange={set('category')}
        error={errorOf('category')}
      >
        <option value="">Choose …</option>
        <CategoryOptions choices={categories} />
      </SelectField>
      <Field
        label={`Price in ${currency}`}
        inputMode="decimal"
        value={draft.price}
        onChange={set('price')}
        error={errorOf('price.amount') ?? errorOf('price')}
      />
      <Field
        label="Address of its picture"
        type="url"
        value={draft.imageUrl}
        onChange={set('imageUrl')}
        error={errorOf('imageUrl')}
        hint="If empty, the shop keeps the current picture or draws one."
        className="sm:col-span-2"
      />
      <AttributeFields
        attributes={draft.attributes}
        definitions={categories.find(({ slug }) => slug === draft.category)?.attributes ?? []}
        onChange={(attributes) => onChange({ ...draft, attributes })}
        errorOf={errorOf}
      />
    </>
  );
}
