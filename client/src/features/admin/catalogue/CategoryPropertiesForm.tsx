import { useState } from 'react';
import { Panel } from '../../../components/Panel.js';
import { Submit } from '../../../components/Submit.js';
import { useForm } from '../../../lib/forms.js';
import { useAdminUpdateCategoryMutation } from './AdminUpdateCategory.generated.js';
import type { CategoryChoiceFragment } from './CategoryChoice.generated.js';
import { toDefinition, toDrafts, type DefinitionDraft } from './definition-draft.js';
import { DefinitionFields } from './DefinitionFields.js';
import { CATEGORY_PATHS } from './form-values.js';
import { AFTERWARDS } from './use-categories.js';

/** Which properties a category asks of its products, to be changed; what products contradict is refused. */
export function CategoryPropertiesForm({ category }: { readonly category: CategoryChoiceFragment }) {
  const { slug, attributes, ownAttributes } = category;
  const [definitions, setDefinitions] = useState<readonly DefinitionDraft[]>(() => toDrafts(ownAttributes));
  const [isSaved, setSaved] = useState(false);
  // Those below inherit them: their lists are read anew.
  const [update] = useAdminUpdateCategoryMutation(AFTERWARDS);
  const form = useForm(CATEGORY_PATHS, async () => {
    const { data } = await update({
      variables: { input: { slug, attributes: definitions.map(toDefinition) } },
    });
    const errors = data?.updateCategory.userErrors ?? [];
    // Those that are new have their key from here on.
    if (data?.updateCategory.category) setDefinitions(toDrafts(data.updateCategory.category.ownAttributes));
    setSaved(errors.length === 0);
    return errors;
  });
  const own = new Set(ownAttributes.map(({ name }) => name));
  return (
    <Panel className="lg:col-span-2">
      <form onSubmit={form.onSubmit} noValidate aria-label="Properties" className="space-y-6">
        <DefinitionFields
          definitions={definitions}
          inherited={attributes.filter(({ name }) => !own.has(name))}
          onChange={(next) => {
            setSaved(false);
            setDefinitions(next);
          }}
          errorOf={form.errorOf}
        />
        <Submit form={form} status={isSaved ? 'Saved.' : ''}>
          Save the properties
        </Submit>
      </form>
    </Panel>
  );
}
