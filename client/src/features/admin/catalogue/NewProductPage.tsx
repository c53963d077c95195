import { useState } from 'react';
import { Link, useNavigate } from 'react-router';
import { Button } from '../../../components/Button.js';
import { Field } from '../../../components/Field.js';
import { FormNotices } from '../../../components/FormNotices.js';
import { Panel } from '../../../components/Panel.js';
import { ProblemNotice } from '../../../components/ProblemNotice.js';
import { Skeleton } from '../../../components/Skeleton.js';
import { useForm } from '../../../lib/forms.js';
import { PageHeader } from '../components/PageHeader.js';
import { useAdminCreateProductMutation } from './AdminCreateProduct.generated.js';
import { EMPTY_DRAFT, filled } from './draft.js';
import { PRODUCT_PATHS, wholeNumber } from './form-values.js';
import { ProductFields } from './ProductFields.js';
import { useCategories } from './use-categories.js';

export function NewProductPage() {
  const navigate = useNavigate();
  const { choices, currency = 'EUR', error, refetch } = useCategories();
  const [draft, setDraft] = useState(EMPTY_DRAFT);
  const [create] = useAdminCreateProductMutation();
  const form = useForm([...PRODUCT_PATHS, 'sku', 'stock'], async (value) => {
    const stock = wholeNumber(value('stock'));
    if (stock === undefined) return [{ message: 'Give a whole number, e.g. 25.', field: ['stock'] }];
    const { data } = await create({
      variables: {
        input: {
          sku: value('sku').trim(),
          name: draft.name,
          description: draft.description,
          category: draft.category,
          price: { amount: draft.price.trim(), currency },
          stock,
          imageUrl: draft.imageUrl.trim() || null,
          attributes: filled(draft.attributes),
        },
      },
    });
    const product = data?.createProduct.product;
    if (product) void navigate(`/admin/catalogue/${product.id}`);
    return data?.createProduct.userErrors ?? [];
  });
  return (
    <>
      <p className="mb-2 text-sm">
        <Link to="/admin/catalogue" className="underline">
          Catalogue
        </Link>
      </p>
      <PageHeader title="New product" />
      {error && <ProblemNotice error={error} onRetry={() => void refetch()} />}
      {!choices && !error && <Skeleton className="h-96" />}
      {choices && (
        <Panel className="max-w-3xl">
          <form onSubmit={form.onSubmit} noValidate className="grid gap-4 sm:grid-cols-2">
            <Field
              label="SKU"
              name="sku"
              autoComplete="off"
              error={form.errorOf('sku')}
              hint="The shop’s own code: letters, digits, “.”, “_” and “-”."
            />
            <Field
              label="Pieces in stock"
              name="stock"
              inputMode="numeric"
              defaultValue="0"
              error={form.errorOf('stock')}
            />
            <ProductFields
              draft={draft}
              onChange={setDraft}
              errorOf={form.errorOf}
              categories={choices}
              currency={currency}
            />
            <div className="space-y-4 sm:col-span-2">
              <FormNotices form={form} />
              <Button type="submit" isBusy={form.isBusy}>
                Add it to the catalogue
              </Button>
            </div>
          </form>
        </Panel>
      )}
    </>
  );
}
