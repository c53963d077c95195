import type { CurrencyCode, ProductVariantInput } from '../../../generated/schema.js';
import type { UserErrorLike } from '../../../lib/forms.js';
import { useAdminCreateProductMutation } from './AdminCreateProduct.generated.js';
import type { AdminProductQuery } from './AdminProduct.generated.js';
import { useAdminUpdateProductMutation } from './AdminUpdateProduct.generated.js';
import { filled, type Draft } from './draft.js';

export type Sibling = NonNullable<AdminProductQuery['product']>;

interface NewProduct {
  readonly draft: Draft;
  readonly sku: string;
  readonly stock: number;
  readonly currency: CurrencyCode;
  /** What it is a variant of, and the properties that set the two apart. */
  readonly sibling: Sibling | undefined;
  readonly options: readonly string[];
}

interface Created {
  readonly id: string | undefined;
  readonly userErrors: readonly UserErrorLike[];
}

/** Adds a product. With its first variant, a product that stood alone becomes one of several. */
export function useCreateProduct() {
  const [create] = useAdminCreateProductMutation();
  const [update] = useAdminUpdateProductMutation();
  return async ({ draft, sku, stock, currency, sibling, options }: NewProduct): Promise<Created> => {
    const refusal = sibling && refuseVariant(sibling, draft, options);
    if (refusal) return { id: undefined, userErrors: [{ message: refusal, field: ['variant', 'options'] }] };
    const variant: ProductVariantInput | null = sibling
      ? { group: sibling.variant?.group ?? sibling.sku.toLowerCase(), options: [...options] }
      : null;
    if (sibling && variant && !sibling.variant) {
      const { data } = await update({ variables: { input: { productId: sibling.id, variant } } });
      const userErrors = data?.updateProduct.userErrors ?? [];
      if (userErrors.length > 0) return { id: undefined, userErrors };
    }
    const { data } = await create({
      variables: {
        input: {
          sku,
          stock,
          variant,
          name: draft.name,
          description: draft.description,
          category: draft.category,
          price: { amount: draft.price.trim(), currency },
          imageUrl: draft.imageUrl.trim() || null,
          attributes: filled(draft.attributes),
        },
      },
    });
    return {
      id: data?.createProduct.product?.id,
      userErrors: data?.createProduct.userErrors ?? [],
    };
  };
}

/** What the shop would refuse as VARIANT_CONFLICT, said at the field before a product that stood alone becomes a variant. */
function refuseVariant(sibling: Sibling, draft: Draft, options: readonly string[]): string | undefined {
  if (options.length === 0) return 'Choose at least one.';
  const valuesOf = (attributes: Draft['attributes']) =>
    options.map((name) => attributes.find((each) => each.name === name)?.value.trim() ?? '');
  const values = valuesOf(draft.attributes);
  if (values.includes('')) return 'Give it a value of its own, under Properties.';
  const twin = [sibling, ...sibling.variants].find(
    ({ attributes }) => valuesOf(attributes).join('\n') === values.join('\n'),
  );
  return twin && `This variant already exists: ${twin.name}.`;
}
