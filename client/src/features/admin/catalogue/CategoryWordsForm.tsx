import { useState } from 'react';
import { Field } from '../../../components/Field.js';
import { Panel } from '../../../components/Panel.js';
import { Submit } from '../../../components/Submit.js';
import { useForm } from '../../../lib/forms.js';
import { TextAreaField } from '../components/TextAreaField.js';
import { useAdminUpdateCategoryMutation } from './AdminUpdateCategory.generated.js';
import type { CategoryChoiceFragment } from './CategoryChoice.generated.js';

/** What a category is called, and what is found there. */
export function CategoryWordsForm({ category }: { readonly category: CategoryChoiceFragment }) {
  const [update] = useAdminUpdateCategoryMutation();
  const [isSaved, setSaved] = useState(false);
  const form = useForm(['name', 'description'], async (value) => {
    const { data } = await update({
      variables: {
        input: { slug: category.slug, name: value('name'), description: value('description') },
      },
    });
    const errors = data?.updateCategory.userErrors ?? [];
    setSaved(errors.length === 0);
    return errors;
  });
  return (
    <Panel>
      <h2 className="text-lg font-semibold">Words</h2>
      <form onSubmit={form.onSubmit} noValidate onChange={() => setSaved(false)} className="mt-4 space-y-4">
        <Field label="Name" name="name" defaultValue={category.name} error={form.errorOf('name')} />
        <TextAreaField
          label="Description"
          name="description"
          defaultValue={category.description}
          error={form.errorOf('description')}
          hint="One line: what is found there."
        />
        <Submit form={form} status={isSaved ? 'Saved.' : ''}>
          Save the words
        </Submit>
      </form>
    </Panel>
  );
}
