import { Link } from 'react-router';
import { ProblemNotice } from '../../../components/ProblemNotice.js';
import { Skeleton } from '../../../components/Skeleton.js';
import { Empty } from '../components/Empty.js';
import { ButtonLink } from '../components/ButtonLink.js';
import { PageHeader } from '../components/PageHeader.js';
import { Table } from '../components/Table.js';
import { useCategories, type Choice } from './use-categories.js';

/** The departments of the shop, each below its parent. */
export function CategoriesPage() {
  const { choices, error, refetch } = useCategories();
  return (
    <>
      <PageHeader
        back={['Catalogue', '/admin/catalogue']}
        title="Categories"
        note="Where products appear in the shop, and which properties they have."
      >
        <ButtonLink to="/admin/catalogue/categories/new">New category</ButtonLink>
      </PageHeader>
      {error && <ProblemNotice error={error} onRetry={refetch} />}
      {!choices && !error && <Skeleton className="h-96" />}
      {choices?.length === 0 && <Empty title="No categories yet">Every product needs a category.</Empty>}
      {choices && choices.length > 0 && (
        <Table
          label="Categories"
          columns={['Category', 'Slug', { number: 'Products' }, 'Properties of its products']}
        >
          {choices.map((category) => (
            <Row key={category.id} category={category} />
          ))}
        </Table>
      )}
    </>
  );
}

function Row({ category }: { readonly category: Choice }) {
  return (
    <tr>
      <td className="min-w-56">
        <span className="block" style={{ paddingLeft: `${category.above.length * 1.5}rem` }}>
          <Link
            to={`/admin/catalogue/categories/${category.slug}/edit`}
            className={`hover:underline ${category.above.length === 0 ? 'font-semibold' : ''}`}
          >
            {category.name}
          </Link>
          <span className="block text-xs text-stone-600 dark:text-stone-400">{category.description}</span>
        </span>
      </td>
      <td className="font-mono text-xs whitespace-nowrap">{category.slug}</td>
      <td className="tabular-nums">{category.productCount}</td>
      <td className="min-w-56 text-stone-600 dark:text-stone-400">
        {category.attributes.map(({ label, unit }) => (unit ? `${label} (${unit})` : label)).join(', ')}
      </td>
    </tr>
  );
}
