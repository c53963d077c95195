import { Link } from 'react-router';
import { Field } from '../../../components/Field.js';
import { Panel } from '../../../components/Panel.js';
import { ProblemNotice } from '../../../components/ProblemNotice.js';
import { Skeleton } from '../../../components/Skeleton.js';
import { Submit } from '../../../components/Submit.js';
import type { StockEntryType } from '../../../generated/schema.js';
import { useForm } from '../../../lib/forms.js';
import { useSendOnce } from '../../../lib/use-send-once.js';
import { words } from '../components/Badge.js';
import { LoadMore } from '../../../components/LoadMore.js';
import { When } from '../components/When.js';
import { useAdminAdjustStockMutation } from './AdminAdjustStock.generated.js';
import { useAdminStockEntriesQuery } from './AdminStockEntries.generated.js';
import { wholeNumber } from './form-values.js';
import type { StockPartsFragment } from './StockParts.generated.js';

const ENTRY_WORDS: Readonly<Record<StockEntryType, string>> = {
  INITIAL: 'First stock',
  ADJUSTMENT: 'Adjusted',
  RESERVATION: 'Reserved for an order',
  RELEASE: 'Released by an order',
  COMMIT: 'Shipped with an order',
};

/** The stock, a form to correct it, and every change so far. */
export function StockPanel({ product }: { readonly product: StockPartsFragment }) {
  const { id, stock } = product;
  const entries = useAdminStockEntriesQuery({
    variables: { id, first: 20 },
    fetchPolicy: 'cache-and-network',
  });
  const [adjust] = useAdminAdjustStockMutation();
  const sendOnce = useSendOnce();
  const form = useForm(['delta', 'reason'], async (value, element) => {
    const delta = wholeNumber(value('delta'));
    if (!delta) return [{ message: 'Enter a whole number other than 0, e.g. 12 or -3.', field: ['delta'] }];
    const input = { productId: id, delta, reason: value('reason') };
    const { data } = await sendOnce(input, (keyed) => adjust({ variables: { input: keyed } }));
    const errors = data?.adjustStock.userErrors ?? [];
    if (errors.length === 0) {
      element.reset();
      void entries.refetch();
    }
    return errors;
  });
  const list = entries.data?.product?.stockEntries;
  return (
    <Panel>
      <h2 className="text-lg font-semibold">Stock</h2>
      <dl className="mt-3 grid grid-cols-3 gap-2 text-center">
        {(['available', 'reserved', 'sold'] as const).map((part) => (
          <div key={part} className="rounded-xl bg-stone-100 p-3 dark:bg-stone-800">
            <dt className="text-xs text-stone-600 dark:text-stone-300">{words(part)}</dt>
            <dd data-stock={part} className="text-2xl font-semibold tabular-nums">
              {stock?.[part] ?? '–'}
            </dd>
          </div>
        ))}
      </dl>
      <form onSubmit={form.onSubmit} noValidate aria-label="Adjust stock" className="mt-5 space-y-3">
        <div className="grid grid-cols-[7rem_1fr] gap-3">
          <Field
            label="Add or remove"
            name="delta"
            placeholder="+10"
            autoComplete="off"
            error={form.errorOf('delta')}
          />
          <Field
            label="Reason"
            name="reason"
            maxLength={200}
            placeholder="Delivery, breakage …"
            error={form.errorOf('reason')}
          />
        </div>
        <Submit form={form} look="secondary">
          Adjust
        </Submit>
      </form>
      <h3 className="mt-6 mb-2 font-semibold">Every change</h3>
      {entries.error && <ProblemNotice error={entries.error} onRetry={entries.refetch} />}
      {!list && !entries.error && <Skeleton className="h-40" />}
      <ul aria-label="Stock changes" className="divide-y divide-stone-100 text-sm dark:divide-stone-800">
        {list?.edges.map(({ node }) => (
          <li key={node.id} className="flex items-baseline gap-3 py-2">
            <span
              className={`w-12 shrink-0 text-right font-semibold tabular-nums ${node.delta < 0 ? 'text-red-700 dark:text-red-400' : 'text-leaf-700 dark:text-green-400'}`}
            >
              {node.delta > 0 ? `+${node.delta}` : node.delta}
            </span>
            <span className="min-w-0 grow break-words">
              {node.orderId ? (
                <Link to={`/admin/orders/${node.orderId}`} className="underline">
                  {ENTRY_WORDS[node.type]}
                </Link>
              ) : (
                ENTRY_WORDS[node.type]
              )}
              {node.reason && <span className="block text-stone-600 dark:text-stone-400">{node.reason}</span>}
            </span>
            <span className="shrink-0 text-right text-stone-600 dark:text-stone-400">
              <When at={node.occurredAt} />
              <span className="block tabular-nums">{node.availableAfter} left</span>
            </span>
          </li>
        ))}
      </ul>
      {list && (
        <LoadMore pageInfo={list.pageInfo} load={(after) => entries.fetchMore({ variables: { after } })} />
      )}
    </Panel>
  );
}
