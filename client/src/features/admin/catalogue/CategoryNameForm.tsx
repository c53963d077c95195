import { useState } from 'react';
import { Field } from '../../../components/Field.js';
import { Panel } from '../../../components/Panel.js';
import { Submit } from '../../../components/Submit.js';
import { useForm } from '../../../lib/forms.js';
import { TextAreaField } from '../components/TextAreaField.js';
import type { CategoryChoiceFragment } from './CategoryChoice.generated.js';
import { TheirChange } from './TheirChange.js';
import { useCategoryUpdate } from './use-category-update.js';

/** A category's name and description. */
export function CategoryNameForm({ category }: { readonly category: CategoryChoiceFragment }) {
  const { update, theirs } = useCategoryUpdate(category, ({ name, description }) => [name, description]);
  const [isSaved, setSaved] = useState(false);
  const form = useForm(['name', 'description'], async (value) => {
    const { errors } = await update({ name: value('name'), description: value('description') });
    setSaved(errors.length === 0);
    return errors;
  });
  return (
    <Panel>
      <h2 className="text-lg font-semibold">Name and description</h2>
      <form onSubmit={form.onSubmit} noValidate onChange={() => setSaved(false)} className="mt-4 space-y-4">
        <Field label="Name" name="name" defaultValue={category.name} error={form.errorOf('name')} />
        <TextAreaField
          label="Description"
          name="description"
          defaultValue={category.description}
          error={form.errorOf('description')}
          hint="One line about what customers find there."
        />
        {theirs && (
          <TheirChange>
            It is called “{theirs.name}” now{theirs.description && <>, and says: “{theirs.description}”</>}.
          </TheirChange>
        )}
        <Submit form={form} status={isSaved ? 'Saved.' : ''}>
          Save name and description
        </Submit>
      </form>
    </Panel>
  );
}
