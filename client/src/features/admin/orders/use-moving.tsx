import { useState } from 'react';
import type { OrderStatus } from '../../../generated/schema.js';
import { useAction } from '../components/use-action.js';
import type { BoardOrderFragment } from './BoardOrder.generated.js';
import { MoveDialog } from './MoveDialog.js';
import { useMoveOrder } from './use-move.js';

interface Move {
  readonly order: BoardOrderFragment;
  readonly status: OrderStatus;
}

const keyOf = ({ order, status }: Move) => `${order.id} ${status}`;

/** Moves orders after asking for a note; if a move fails, its note is offered again at the next attempt. */
export function useMoving(onTried?: () => void) {
  const [asked, setAsked] = useState<Move>();
  /** Notes of moves that failed, by order and status. */
  const [kept, setKept] = useState<Readonly<Record<string, string>>>({});
  const moveOrder = useMoveOrder();
  const { run, problem, dismiss } = useAction();
  const confirm = async ({ order, status }: Move, note: string) => {
    setAsked(undefined);
    const isDone = await run(order.id, () => moveOrder(order, status, note));
    setKept(({ [keyOf({ order, status })]: _old, ...rest }) =>
      isDone ? rest : { ...rest, [keyOf({ order, status })]: note },
    );
    onTried?.();
  };
  const dialog = asked && (
    <MoveDialog
      {...asked}
      note={kept[keyOf(asked)] ?? ''}
      onClose={() => setAsked(undefined)}
      onConfirm={(note) => void confirm(asked, note)}
    />
  );
  const ask = (order: BoardOrderFragment, status: OrderStatus) => setAsked({ order, status });
  return { ask, dialog, problem, dismiss };
}
