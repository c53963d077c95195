import { useEffect, useRef } from 'react';
import { useNavigate } from 'react-router';
import { Button } from '../components/Button.js';
import { Price } from '../components/Price.js';
import { ProblemNotice } from '../components/ProblemNotice.js';
import { useCartState } from './CartContext.js';
import { CartLines } from './CartLines.js';
import { SavedItems } from './SavedItems.js';

/** The cart beside the page. A <dialog> keeps focus inside and closes on Escape without further code. */
export function CartDrawer() {
  const { cart, error, isOpen, close, refetch, mergeWarnings } = useCartState();
  const dialog = useRef<HTMLDialogElement>(null);
  const navigate = useNavigate();
  useEffect(() => {
    if (isOpen && !dialog.current?.open) dialog.current?.showModal();
    if (!isOpen) dialog.current?.close();
  }, [isOpen]);
  const isEmpty = !cart || cart.items.length === 0;
  return (
    // A click outside closes it; on the keyboard, Escape does, as in any dialog.
    // eslint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/no-noninteractive-element-interactions
    <dialog
      ref={dialog}
      aria-label="Your cart"
      onClose={close}
      onClick={(event) => event.target === dialog.current && close()}
      className="fixed inset-y-0 right-0 left-auto m-0 h-dvh max-h-none w-full max-w-md bg-paper text-ink backdrop:bg-black/40 dark:bg-stone-950 dark:text-stone-100"
    >
      <div className="flex h-full flex-col">
        <header className="flex items-center justify-between border-b border-stone-200 p-4 dark:border-stone-800">
          <h2 className="font-display text-2xl">Your cart</h2>
          <Button look="quiet" onClick={close} aria-label="Close the cart">
            ✕
          </Button>
        </header>
        <div className="grow overflow-y-auto px-4">
          {error !== undefined && !cart && (
            <div className="py-4">
              <ProblemNotice error={error} onRetry={refetch} />
            </div>
          )}
          {isEmpty && !error && (
            <p className="py-10 text-center text-stone-600 dark:text-stone-400">Nothing in it yet.</p>
          )}
          {mergeWarnings.length > 0 && (
            <ul
              aria-label="What changed when your carts were merged"
              className="mt-4 rounded-lg bg-amber-50 p-3 text-sm text-amber-900 dark:bg-amber-950 dark:text-amber-100"
            >
              {mergeWarnings.map((message) => (
                <li key={message}>{message}</li>
              ))}
            </ul>
          )}
          <CartLines onLeave={close} />
          <SavedItems />
        </div>
        {!isEmpty && (
          <footer className="border-t border-stone-200 p-4 dark:border-stone-800">
            <p className="mb-3 flex justify-between text-lg font-semibold">
              <span>{cart.couponCodes.length > 0 ? 'Before your coupon' : 'Total'}</span>
              {cart.subtotal ? (
                <Price value={cart.subtotal} className="tabular-nums" />
              ) : (
                <span>unavailable right now</span>
              )}
            </p>
            <Button
              className="w-full"
              onClick={() => {
                close();
                void navigate('/checkout');
              }}
            >
              Check out
            </Button>
          </footer>
        )}
      </div>
    </dialog>
  );
}
