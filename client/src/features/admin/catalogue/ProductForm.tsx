import { useState } from 'react';
import { Panel } from '../../../components/Panel.js';
import { Submit } from '../../../components/Submit.js';
import { useForm } from '../../../lib/forms.js';
import { useAdminUpdateProductMutation } from './AdminUpdateProduct.generated.js';
import { ConflictNotice } from './ConflictNotice.js';
import { differences, rebase, toChanges, toDraft } from './draft.js';
import type { EditableProductFragment } from './EditableProduct.generated.js';
import { PRODUCT_PATHS, unreadable } from './form-values.js';
import { ProductFields } from './ProductFields.js';
import type { Choice } from './use-categories.js';

interface ProductFormProps {
  readonly product: EditableProductFragment;
  readonly categories: readonly Choice[];
}

/**
 * Edits a product's details. The input is based on the version that was shown when editing began; if a colleague saved in
 * between, both versions are shown side by side and nothing is lost.
 */
export function ProductForm({ product, categories }: ProductFormProps) {
  const [base, setBase] = useState(product);
  const [draft, setDraft] = useState(() => toDraft(product));
  const [theirs, setTheirs] = useState<EditableProductFragment>();
  const [isSaved, setSaved] = useState(false);
  const [update] = useAdminUpdateProductMutation();
  const isChanged = differences(toDraft(base), draft).length > 0;
  // Archiving also increases the version; as long as nothing was typed, the form is based on the newest one.
  if (product.version > base.version && !isChanged && !theirs) {
    setBase(product);
    setDraft(toDraft(product));
  }
  const form = useForm(PRODUCT_PATHS, async () => {
    setSaved(false);
    const changes = toChanges(toDraft(base), draft, base.price.currency);
    const faults = unreadable(changes);
    if (faults.length > 0) return faults;
    const { data } = await update({
      variables: { input: { productId: base.id, version: base.version, ...changes } },
    });
    const { product: now, userErrors = [] } = data?.updateProduct ?? {};
    if (now && userErrors.some(({ code }) => code === 'CONFLICT')) {
      setTheirs(now);
      return [];
    }
    if (now && userErrors.length === 0) {
      setBase(now);
      setDraft(toDraft(now));
      setSaved(true);
    }
    return userErrors;
  });
  const settle = (next: typeof draft) => {
    if (theirs) setBase(theirs);
    setDraft(next);
    setTheirs(undefined);
  };
  return (
    <Panel>
      <form onSubmit={form.onSubmit} noValidate aria-label="Product" className="grid gap-4 sm:grid-cols-2">
        <ProductFields
          draft={draft}
          onChange={(next) => {
            setSaved(false);
            setDraft(next);
          }}
          errorOf={form.errorOf}
          categories={categories}
          currency={base.price.currency}
        />
        <div className="space-y-4 sm:col-span-2">
          {theirs && (
            <ConflictNotice
              base={toDraft(base)}
              mine={draft}
              theirs={toDraft(theirs)}
              onKeepMine={() => settle(rebase(toDraft(base), draft, toDraft(theirs)))}
              onTakeTheirs={() => settle(toDraft(theirs))}
            />
          )}
          <Submit
            form={form}
            disabled={!isChanged || theirs !== undefined}
            status={isSaved ? 'Saved.' : isChanged ? 'Not saved yet.' : ''}
          >
            Save
          </Submit>
        </div>
      </form>
    </Panel>
  );
}
