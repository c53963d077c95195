import { useState } from 'react';
import { Link, useNavigate, useParams } from 'react-router';
import { Button } from '../../../components/Button.js';
import { ProblemNotice } from '../../../components/ProblemNotice.js';
import { Skeleton } from '../../../components/Skeleton.js';
import { ActionNotice } from '../components/ActionNotice.js';
import { Dialog } from '../components/Dialog.js';
import { Empty } from '../components/Empty.js';
import { PageHeader } from '../components/PageHeader.js';
import { useAction } from '../components/use-action.js';
import { useAdminDeleteCategoryMutation } from './AdminDeleteCategory.generated.js';
import { CategoryPropertiesForm } from './CategoryPropertiesForm.js';
import { CategoryPlaceForm } from './CategoryPlaceForm.js';
import { CategoryNameForm } from './CategoryNameForm.js';
import { AFTERWARDS, useCategories, type Choice } from './use-categories.js';

export function EditCategoryPage() {
  const slug = useParams()['slug']!;
  const { choices, error, refetch } = useCategories();
  const category = choices?.find((choice) => choice.slug === slug);
  if (choices && category) return <EditCategory key={slug} category={category} choices={choices} />;
  if (error) return <ProblemNotice error={error} onRetry={refetch} />;
  return choices ? <Empty title="Category not found" /> : <Skeleton className="h-96" />;
}

function EditCategory({ category, choices }: { readonly category: Choice; readonly choices: Choice[] }) {
  const { slug, name } = category;
  const navigate = useNavigate();
  const [isDeleting, setDeleting] = useState(false);
  const { run, busy, problem, dismiss } = useAction();
  const [remove] = useAdminDeleteCategoryMutation(AFTERWARDS);
  const deleteIt = async () => {
    const isDone = await run('delete', async () => {
      const { data } = await remove({ variables: { input: { slug } } });
      return data?.deleteCategory.userErrors;
    });
    setDeleting(false);
    if (isDone) void navigate('/admin/catalogue/categories');
  };
  return (
    <>
      <PageHeader
        back={['Categories', '/admin/catalogue/categories']}
        title={name}
        note={<span className="font-mono text-sm">{slug}</span>}
      >
        <Link to={`/products?category=${slug}`} className="text-sm underline">
          See it in the shop
        </Link>
        <Button look="secondary" onClick={() => setDeleting(true)}>
          Delete …
        </Button>
      </PageHeader>
      <ActionNotice problem={problem} onDismiss={dismiss} />
      <div className="grid items-start gap-6 lg:grid-cols-2">
        <CategoryNameForm category={category} />
        <CategoryPlaceForm category={category} choices={choices} />
        <CategoryPropertiesForm category={category} />
      </div>
      {isDeleting && (
        <Dialog title={`Delete “${name}”?`} onClose={() => setDeleting(false)}>
          <p>It has to be empty: no product in it, and no category below it.</p>
          <div className="mt-6 flex flex-wrap gap-3">
            <Button look="danger" isBusy={busy === 'delete'} onClick={() => void deleteIt()}>
              Delete
            </Button>
            <Button look="secondary" onClick={() => setDeleting(false)}>
              Keep it
            </Button>
          </div>
        </Dialog>
      )}
    </>
  );
}
