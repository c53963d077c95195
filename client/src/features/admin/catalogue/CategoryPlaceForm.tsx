import { useState } from 'react';
import { Panel } from '../../../components/Panel.js';
import { SelectField } from '../../../components/SelectField.js';
import { Submit } from '../../../components/Submit.js';
import { useForm } from '../../../lib/forms.js';
import { useAdminMoveCategoryMutation } from './AdminMoveCategory.generated.js';
import { CategoryOptions } from './CategoryOptions.js';
import { AFTERWARDS, possibleParents, siblingsIn, type Choice } from './use-categories.js';

interface CategoryPlaceFormProps {
  readonly category: Choice;
  readonly choices: readonly Choice[];
}

/** A category's place: its parent, and its position among its siblings. */
export function CategoryPlaceForm({ category, choices }: CategoryPlaceFormProps) {
  const { slug, above } = category;
  const [parent, setParent] = useState(above.at(-1) ?? '');
  const present = siblingsIn(choices, parent).findIndex((sibling) => sibling.slug === slug);
  const siblings = siblingsIn(choices, parent).filter((sibling) => sibling.slug !== slug);
  const [isMoved, setMoved] = useState(false);
  const [move] = useAdminMoveCategoryMutation(AFTERWARDS);
  const form = useForm(['parent', 'position'], async (value) => {
    const { data } = await move({
      variables: { input: { slug, parent: parent || null, position: Number(value('position')) } },
    });
    const errors = data?.moveCategory.userErrors ?? [];
    setMoved(errors.length === 0);
    return errors;
  });
  return (
    <Panel>
      <h2 className="text-lg font-semibold">Place</h2>
      <form onSubmit={form.onSubmit} noValidate onChange={() => setMoved(false)} className="mt-4 space-y-4">
        <SelectField
          label="Belongs to"
          value={parent}
          onChange={({ target }) => setParent(target.value)}
          error={form.errorOf('parent')}
        >
          <option value="">None: a top-level category</option>
          <CategoryOptions choices={possibleParents(choices, slug)} />
        </SelectField>
        <SelectField
          // Under another parent, the last position is the most likely choice.
          key={parent}
          label="Position"
          name="position"
          defaultValue={present < 0 ? siblings.length : present}
          error={form.errorOf('position')}
        >
          <option value={0}>First</option>
          {siblings.map(({ name, ...sibling }, index) => (
            <option key={sibling.slug} value={index + 1}>
              After {name}
            </option>
          ))}
        </SelectField>
        <Submit form={form} status={isMoved ? 'Moved.' : ''}>
          Move it
        </Submit>
      </form>
    </Panel>
  );
}
