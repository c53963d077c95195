import { Button } from '../../../components/Button.js';
import { Field } from '../../../components/Field.js';
import { SelectField } from '../../../components/SelectField.js';
import type { AttributeType } from '../../../generated/schema.js';
import { TextAreaField } from '../components/TextAreaField.js';
import type { DefinitionFragment } from './Definition.generated.js';
import { TYPE_WORDS, type DefinitionDraft } from './definition-draft.js';

interface DefinitionFieldsProps {
  readonly definitions: readonly DefinitionDraft[];
  /** The properties inherited from the categories above, if known. */
  readonly inherited?: readonly DefinitionFragment[];
  readonly onChange: (definitions: readonly DefinitionDraft[]) => void;
  readonly errorOf: (path: string) => string | undefined;
}

/** Which properties the products of a category have. */
export function DefinitionFields({ definitions, inherited = [], onChange, errorOf }: DefinitionFieldsProps) {
  const add = () =>
    onChange([
      ...definitions,
      {
        id: Math.max(0, ...definitions.map(({ id }) => id)) + 1,
        label: '',
        type: 'TEXT',
        unit: '',
        options: '',
      },
    ]);
  return (
    <fieldset className="sm:col-span-2">
      <legend className="text-lg font-semibold">Properties of its products</legend>
      <p className="mt-1 text-sm text-stone-600 dark:text-stone-400">
        Customers filter by them.{' '}
        {inherited.length > 0
          ? `Inherited from above: ${inherited.map(({ label }) => label).join(', ')}.`
          : 'The properties of the parent category are inherited.'}
      </p>
      <ul>
        {definitions.map((definition, index) => {
          const change = (part: Partial<DefinitionDraft>) =>
            onChange(definitions.with(index, { ...definition, ...part }));
          const error = (field: string) => errorOf(`attributes.${index}.${field}`);
          return (
            <li
              key={definition.id}
              className="mt-4 grid items-start gap-3 border-t border-stone-200 pt-4 sm:grid-cols-[1fr_11rem_1fr_auto] dark:border-stone-800"
            >
              <Field
                label="Property"
                value={definition.label}
                onChange={({ target }) => change({ label: target.value })}
                error={error('label') ?? error('name')}
              />
              <SelectField
                label="Its values"
                value={definition.type}
                onChange={({ target }) => change({ type: target.value as AttributeType })}
                error={error('type')}
              >
                {Object.entries(TYPE_WORDS).map(([type, words]) => (
                  <option key={type} value={type}>
                    {words}
                  </option>
                ))}
              </SelectField>
              {definition.type === 'CHOICE' && (
                <TextAreaField
                  label="The values, one per line"
                  placeholder={'S\nM\nL'}
                  value={definition.options}
                  onChange={({ target }) => change({ options: target.value })}
                  error={error('options')}
                />
              )}
              {definition.type === 'NUMBER' && (
                <Field
                  label="Unit"
                  placeholder="cm"
                  required={false}
                  value={definition.unit}
                  onChange={({ target }) => change({ unit: target.value })}
                  error={error('unit')}
                />
              )}
              <Button
                look="quiet"
                className="sm:col-start-4 sm:mt-6"
                aria-label={`Remove ${definition.label || 'this property'}`}
                onClick={() => onChange(definitions.toSpliced(index, 1))}
              >
                Remove
              </Button>
            </li>
          );
        })}
      </ul>
      <Button look="secondary" className="mt-4" onClick={add}>
        Add a property
      </Button>
    </fieldset>
  );
}
