import { useState } from 'react';
import { useNavigate } from 'react-router';
import { ProblemNotice } from '../../../components/ProblemNotice.js';
import { useAdminFindOrderLazyQuery } from './AdminFindOrder.generated.js';

/** Opens an order by the number that a customer gives. */
export function FindOrder() {
  const navigate = useNavigate();
  const [find] = useAdminFindOrderLazyQuery({ fetchPolicy: 'network-only' });
  const [note, setNote] = useState('');
  const [problem, setProblem] = useState<unknown>();
  const search = async (number: string) => {
    setNote('');
    setProblem(undefined);
    const { data } = await find({ variables: { number } });
    const id = data?.orders?.edges[0]?.node.id;
    if (id) void navigate(`/admin/orders/${id}`);
    else setNote(`There is no order ${number}.`);
  };
  return (
    <form
      className="relative"
      onSubmit={(event) => {
        event.preventDefault();
        const number = String(new FormData(event.currentTarget).get('number')).trim();
        if (number) search(number).catch(setProblem);
      }}
    >
      <input
        name="number"
        aria-label="Find an order by its number"
        placeholder="Find CG-…"
        autoComplete="off"
        className="min-h-10 w-40 rounded-lg border border-stone-300 bg-white px-3 font-mono text-sm dark:border-stone-700 dark:bg-stone-900"
      />
      <p
        role="status"
        className="absolute right-0 top-full mt-1 text-sm whitespace-nowrap text-red-700 dark:text-red-400"
      >
        {note}
      </p>
      {problem !== undefined && (
        <div className="absolute right-0 top-full z-1 mt-1 w-72">
          <ProblemNotice error={problem} isAction />
        </div>
      )}
    </form>
  );
}
