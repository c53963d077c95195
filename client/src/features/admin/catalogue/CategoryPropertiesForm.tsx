import { useState } from 'react';
import { Panel } from '../../../components/Panel.js';
import { Submit } from '../../../components/Submit.js';
import { useForm } from '../../../lib/forms.js';
import type { CategoryChoiceFragment } from './CategoryChoice.generated.js';
import { toDefinition, toDrafts, type DefinitionDraft } from './definition-draft.js';
import { DefinitionFields } from './DefinitionFields.js';
import { CATEGORY_PATHS } from './form-values.js';
import { TheirChange } from './TheirChange.js';
import { useCategoryUpdate } from './use-category-update.js';

/** Edits which properties a category's products have. A change that contradicts existing products is refused. */
export function CategoryPropertiesForm({ category }: { readonly category: CategoryChoiceFragment }) {
  const { attributes, ownAttributes } = category;
  const [definitions, setDefinitions] = useState<readonly DefinitionDraft[]>(() => toDrafts(ownAttributes));
  const [isSaved, setSaved] = useState(false);
  const { update, theirs } = useCategoryUpdate(category, (shown) => shown.ownAttributes);
  const form = useForm(CATEGORY_PATHS, async () => {
    const { errors, saved } = await update({ attributes: definitions.map(toDefinition) });
    // New ones have their key from now on.
    if (saved) setDefinitions(toDrafts(saved.ownAttributes));
    setSaved(saved !== undefined);
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
        {theirs && (
          <TheirChange>
            Its own properties are{' '}
            {theirs.ownAttributes.map(({ label }) => `“${label}”`).join(', ') || 'none'} now.
          </TheirChange>
        )}
        <Submit form={form} status={isSaved ? 'Saved.' : ''}>
          Save the properties
        </Submit>
      </form>
    </Panel>
  );
}
