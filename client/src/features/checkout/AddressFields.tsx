import { Field } from '../../components/Field.js';
import { SelectField } from '../../components/SelectField.js';
import type { AddressInput } from '../../generated/schema.js';
import type { FormState } from '../../lib/forms.js';
import type { Draft } from './attempt.js';
import { listCountries } from './countries.js';

const countries = listCountries();

interface TextField {
  readonly name: Exclude<keyof AddressInput, 'country'>;
  readonly label: string;
  readonly autoComplete: string;
  readonly isOptional?: boolean;
  readonly width: string;
}

const WHOLE = 'col-span-2 sm:col-span-6';
const TEXT_FIELDS: readonly TextField[] = [
  { name: 'name', label: 'Full name', autoComplete: 'name', width: WHOLE },
  { name: 'line1', label: 'Street and number', autoComplete: 'address-line1', width: WHOLE },
  {
    name: 'line2',
    label: 'Flat, floor, company',
    autoComplete: 'address-line2',
    isOptional: true,
    width: WHOLE,
  },
  // Required in some countries only; the server knows which.
  {
    name: 'postalCode',
    label: 'Postal code',
    autoComplete: 'postal-code',
    isOptional: true,
    width: 'sm:col-span-2',
  },
  { name: 'city', label: 'City', autoComplete: 'address-level2', width: 'sm:col-span-4' },
  {
    name: 'region',
    label: 'State or region',
    autoComplete: 'address-level1',
    isOptional: true,
    width: 'col-span-2 sm:col-span-3',
  },
];

export const ADDRESS_PATHS = [...TEXT_FIELDS.map(({ name }) => name), 'country'].map(
  (name) => `shippingAddress.${name}`,
);

export function readAddress(value: (name: string) => string): AddressInput {
  return {
    name: value('name'),
    line1: value('line1'),
    ...(value('line2').trim() && { line2: value('line2') }),
    city: value('city'),
    ...(value('region').trim() && { region: value('region') }),
    ...(value('postalCode').trim() && { postalCode: value('postalCode') }),
    country: value('country'),
  };
}

export function AddressFields({ form, draft }: { readonly form: FormState; readonly draft: Draft }) {
  const shared = (name: string) => ({
    name,
    defaultValue: draft[name] ?? '',
    error: form.errorOf(`shippingAddress.${name}`),
  });
  return (
    <div className="grid grid-cols-2 gap-4 sm:grid-cols-6">
      {TEXT_FIELDS.map(({ name, label, autoComplete, isOptional = false, width }) => (
        <Field
          key={name}
          label={label}
          autoComplete={`shipping ${autoComplete}`}
          required={!isOptional}
          className={width}
          {...shared(name)}
        />
      ))}
      <SelectField
        label="Country"
        autoComplete="shipping country"
        required
        className="col-span-2 sm:col-span-3"
        {...shared('country')}
      >
        <option value="">Choose a country</option>
        {countries.map(({ code, name }) => (
          <option key={code} value={code}>
            {name}
          </option>
        ))}
      </SelectField>
    </div>
  );
}
