import { useState } from 'react';
import { useNavigate } from 'react-router';
import { Field } from '../../../components/Field.js';
import { Panel } from '../../../components/Panel.js';
import { Submit } from '../../../components/Submit.js';
import type { CurrencyCode } from '../../../generated/schema.js';
import { useForm } from '../../../lib/forms.js';
import { EMPTY_DRAFT, toDraft } from './draft.js';
import { NEW_PRODUCT_PATHS, unreadable, wholeNumber } from './form-values.js';
import { ProductFields } from './ProductFields.js';
import type { Choice } from './use-categories.js';
import { useCreateProduct, type Sibling } from './use-create-product.js';
import { VariantFields } from './VariantFields.js';

interface NewProductFormProps {
  readonly categories: readonly Choice[];
  readonly currency: CurrencyCode;
  /** The product that the new one is a variant of; it starts with the same texts, price and properties. */
  readonly sibling: Sibling | undefined;
}

export function NewProductForm({ categories, currency, sibling }: NewProductFormProps) {
  const navigate = useNavigate();
  // The picture is not copied: the shop draws one for each.
  const [draft, setDraft] = useState(() => (sibling ? { ...toDraft(sibling), imageUrl: '' } : EMPTY_DRAFT));
  const create = useCreateProduct();
  const form = useForm(NEW_PRODUCT_PATHS, async (value, element) => {
    const stock = wholeNumber(value('stock'));
    if (stock === undefined) return [{ message: 'Enter a whole number, e.g. 25.', field: ['stock'] }];
    const faults = unreadable({ price: { amount: draft.price }, imageUrl: draft.imageUrl.trim() });
    if (faults.length > 0) return faults;
    const chosen = new FormData(element).getAll('options').map(String);
    const { id, userErrors } = await create({
      draft,
      sku: value('sku').trim(),
      stock,
      currency,
      sibling,
      options: sibling?.variant?.options ?? chosen,
    });
    if (id) void navigate(`/admin/catalogue/${id}`);
    return userErrors;
  });
  return (
    <Panel className="max-w-3xl">
      <form onSubmit={form.onSubmit} noValidate className="grid gap-4 sm:grid-cols-2">
        {sibling && <VariantFields sibling={sibling} error={form.errorOf('variant.options')} />}
        <Field
          label="SKU"
          name="sku"
          autoComplete="off"
          error={form.errorOf('sku')}
          hint={
            sibling
              ? `The other variant’s is ${sibling.sku}.`
              : 'The shop’s own code: letters, digits, “.”, “_” and “-”.'
          }
        />
        <Field
          label="Units in stock"
          name="stock"
          inputMode="numeric"
          defaultValue="0"
          error={form.errorOf('stock')}
        />
        <ProductFields
          draft={draft}
          onChange={setDraft}
          errorOf={form.errorOf}
          categories={categories}
          currency={currency}
        />
        <div className="space-y-4 sm:col-span-2">
          <Submit form={form}>Add it to the catalogue</Submit>
        </div>
      </form>
    </Panel>
  );
}
