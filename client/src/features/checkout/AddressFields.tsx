import { Field } from '../../components/Field.js';
import { SelectField } from '../../components/SelectField.js';
import type { AddressInput } from '../../generated/schema.js';
import type { FormState } from '../../lib/forms.js';
import type { Draft } from './attempt.js';
import { listCountries } from './countries.js';

const countries = listCountries();

export const ADDRESS_PATHS = ['name', 'line1', 'line2', 'postalCode', 'city', 'region', 'country'].map(
  (name) => `shippingAddress.${name}`,
);

export function readAddress(value: (name: string) => string): AddressInput {
  return {
    name: value('name'),
    line1: value('line1'),
    ...(value('line2').trim() && { line2: value('line2') }),
    city: value('city'),
    ...(value('region').trim() && { region: value('region') }),
    postalCode: value('postalCode'),
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
      <Field
        label="Full name"
        autoComplete="shipping name"
        required
        className="col-span-2 sm:col-span-6"
        {...shared('name')}
      />
      <Field
        label="Street and number"
        autoComplete="shipping address-line1"
        required
        className="col-span-2 sm:col-span-6"
        {...shared('line1')}
      />
      <Field
        label="Flat, floor, company"
        autoComplete="shipping address-line2"
        required={false}
        className="col-span-2 sm:col-span-6"
        {...shared('line2')}
      />
      <Field
        label="Postal code"
        autoComplete="shipping postal-code"
        required
        className="sm:col-span-2"
        {...shared('postalCode')}
      />
      <Field
        label="City"
        autoComplete="shipping address-level2"
        required
        className="sm:col-span-4"
        {...shared('city')}
      />
      <Field
        label="State or region"
        autoComplete="shipping address-level1"
        required={false}
        className="col-span-2 sm:col-span-3"
        {...shared('region')}
      />
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
