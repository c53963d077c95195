import { Button } from '../../../components/Button.js';
import { Field } from '../../../components/Field.js';
import { SelectField } from '../../../components/SelectField.js';
import type { ProductAttributeInput } from '../../../generated/schema.js';
import type { Choice } from './use-categories.js';

type Definition = Choice['attributes'][number];

interface AttributeFieldsProps {
  readonly attributes: readonly ProductAttributeInput[];
  readonly definitions: readonly Definition[];
  readonly onChange: (attributes: readonly ProductAttributeInput[]) => void;
  readonly errorOf: (path: string) => string | undefined;
}

/** The properties that the category knows, each by its type, then any others. */
export function AttributeFields({ attributes, definitions, onChange, errorOf }: AttributeFieldsProps) {
  const known = new Set(definitions.map(({ name }) => name));
  const indexOf = (name: string) => attributes.findIndex((attribute) => attribute.name === name);
  const setNamed = (name: string, value: string) => {
    const at = indexOf(name);
    onChange(at < 0 ? [...attributes, { name, value }] : attributes.with(at, { name, value }));
  };
  // Refusals name a property by its index among those that were sent, which are the ones with a value.
  const errorAt = (index: number) => {
    const sent = attributes.slice(0, index).filter(({ name, value }) => name.trim() && value.trim()).length;
    return (
      errorOf(`attributes.${sent}.value`) ??
      errorOf(`attributes.${sent}.name`) ??
      errorOf(`attributes.${sent}`)
    );
  };
  const others = attributes
    .map((attribute, index) => ({ attribute, index }))
    .filter(({ attribute }) => !known.has(attribute.name));
  return (
    <fieldset className="sm:col-span-2">
      <legend className="mb-3 text-lg font-semibold">Properties</legend>
      <div className="grid gap-4 sm:grid-cols-2">
        {definitions.map((definition) => {
          const at = indexOf(definition.name);
          return (
            <Known
              key={definition.name}
              definition={definition}
              value={attributes[at]?.value ?? ''}
              error={at < 0 ? undefined : errorAt(at)}
              onChange={(value) => setNamed(definition.name, value)}
            />
          );
        })}
      </div>
      {others.map(({ attribute, index }) => (
        <div key={index} className="mt-4 grid grid-cols-[1fr_1fr_auto] items-end gap-3">
          <Field
            label="Key"
            value={attribute.name}
            error={errorAt(index)}
            onChange={({ target }) => onChange(attributes.with(index, { ...attribute, name: target.value }))}
          />
          <Field
            label="Value"
            value={attribute.value}
            onChange={({ target }) => onChange(attributes.with(index, { ...attribute, value: target.value }))}
          />
          <Button
            look="quiet"
            aria-label={`Remove ${attribute.name || 'this property'}`}
            onClick={() => onChange(attributes.toSpliced(index, 1))}
          >
            Remove
          </Button>
        </div>
      ))}
      <Button
        look="secondary"
        className="mt-4"
        onClick={() => onChange([...attributes, { name: '', value: '' }])}
      >
        Add a property
      </Button>
    </fieldset>
  );
}

function Known(props: {
  readonly definition: Definition;
  readonly value: string;
  readonly error: string | undefined;
  readonly onChange: (value: string) => void;
}) {
  const { definition, value, error } = props;
  const label = definition.unit ? `${definition.label} in ${definition.unit}` : definition.label;
  const common = {
    label,
    value,
    error,
    onChange: ({ target }: { target: { value: string } }) => props.onChange(target.value),
  };
  if (definition.type !== 'BOOLEAN' && definition.type !== 'CHOICE')
    return <Field {...common} inputMode={definition.type === 'NUMBER' ? 'decimal' : 'text'} />;
  const options =
    definition.type === 'CHOICE'
      ? definition.options.map((option) => [option, option] as const)
      : ([
          ['true', 'Yes'],
          ['false', 'No'],
        ] as const);
  return (
    <SelectField {...common}>
      <option value="">Not specified</option>
      {options.map(([option, text]) => (
        <option key={option} value={option}>
          {text}
        </option>
      ))}
    </SelectField>
  );
}
