import { useState } from 'react';
import { useNavigate } from 'react-router';
import { Field } from '../../../components/Field.js';
import { Panel } from '../../../components/Panel.js';
import { ProblemNotice } from '../../../components/ProblemNotice.js';
import { SelectField } from '../../../components/SelectField.js';
import { Skeleton } from '../../../components/Skeleton.js';
import { Submit } from '../../../components/Submit.js';
import { useForm } from '../../../lib/forms.js';
import { PageHeader } from '../components/PageHeader.js';
import { TextAreaField } from '../components/TextAreaField.js';
import { useAdminCreateCategoryMutation } from './AdminCreateCategory.generated.js';
import { CategoryOptions } from './CategoryOptions.js';
import { toDefinition, toKey, type DefinitionDraft } from './definition-draft.js';
import { DefinitionFields } from './DefinitionFields.js';
import { CATEGORY_PATHS } from './form-values.js';
import { AFTERWARDS, possibleParents, useCategories } from './use-categories.js';

export function NewCategoryPage() {
  const navigate = useNavigate();
  const { choices, error, refetch } = useCategories();
  const [definitions, setDefinitions] = useState<readonly DefinitionDraft[]>([]);
  const [name, setName] = useState('');
  /** Made from the name until the user enters another one. */
  const [slug, setSlug] = useState<string>();
  const [create] = useAdminCreateCategoryMutation(AFTERWARDS);
  const form = useForm(CATEGORY_PATHS, async (value) => {
    const { data } = await create({
      variables: {
        input: {
          name: value('name'),
          slug: value('slug').trim(),
          description: value('description'),
          parent: value('parent') || null,
          attributes: definitions.map(toDefinition),
        },
      },
    });
    if (data?.createCategory.category) void navigate('/admin/catalogue/categories');
    return data?.createCategory.userErrors ?? [];
  });
  return (
    <>
      <PageHeader back={['Categories', '/admin/catalogue/categories']} title="New category" />
      {error && !choices && <ProblemNotice error={error} onRetry={refetch} />}
      {!choices && !error && <Skeleton className="h-96" />}
      {choices && (
        <Panel className="max-w-4xl">
          <form onSubmit={form.onSubmit} noValidate className="grid gap-4 sm:grid-cols-2">
            <Field
              label="Name"
              name="name"
              value={name}
              onChange={({ target }) => setName(target.value)}
              error={form.errorOf('name')}
            />
            <Field
              label="Slug"
              name="slug"
              autoComplete="off"
              value={slug ?? toKey(name)}
              onChange={({ target }) => setSlug(target.value)}
              error={form.errorOf('slug')}
              hint="Used in its address. It cannot be changed later."
            />
            <SelectField label="Belongs to" name="parent" error={form.errorOf('parent')}>
              <option value="">None: a top-level category</option>
              <CategoryOptions choices={possibleParents(choices)} />
            </SelectField>
            <TextAreaField
              label="Description"
              name="description"
              error={form.errorOf('description')}
              hint="One line about what customers find there."
              className="sm:col-span-2"
            />
            <DefinitionFields definitions={definitions} onChange={setDefinitions} errorOf={form.errorOf} />
            <div className="space-y-4 sm:col-span-2">
              <Submit form={form}>Add it to the shop</Submit>
            </div>
          </form>
        </Panel>
      )}
    </>
  );
}
