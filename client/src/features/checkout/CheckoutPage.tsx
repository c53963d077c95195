import { useCallback, useEffect, useRef, useState } from 'react';
import { Link } from 'react-router';
import { useCartState } from '../../cart/CartContext.js';
import { Button } from '../../components/Button.js';
import { FormNotices } from '../../components/FormNotices.js';
import { Panel } from '../../components/Panel.js';
import { PaymentChoice } from '../../components/PaymentChoice.js';
import { formatPrice } from '../../components/Price.js';
import { ProblemNotice } from '../../components/ProblemNotice.js';
import { RequireSession } from '../../components/RequireSession.js';
import { Skeleton } from '../../components/Skeleton.js';
import { useForm } from '../../lib/forms.js';
import { usePageTitle } from '../../lib/page-title.js';
import type { Session } from '../../session/session.js';
import { ADDRESS_PATHS, AddressFields, readAddress } from './AddressFields.js';
import { draft as keptDraft, type Draft, type OrderName } from './attempt.js';
import { OrderSummary } from './OrderSummary.js';
import { Coupons } from './Coupons.js';
import { useCartTotal } from './use-cart-total.js';
import { useCheckout } from './use-checkout.js';

export function CheckoutPage() {
  usePageTitle('Checkout');
  return (
    <>
      <h1 className="mb-6 font-display text-3xl">Checkout</h1>
      <RequireSession>{(session) => <CheckoutForm session={session} />}</RequireSession>
    </>
  );
}

function CheckoutForm({ session }: { readonly session: Session }) {
  const { cart, isLoading, error, refetch, emptied } = useCartState();
  const checkout = useCheckout(session.user.id, emptied, refetch);
  const [draft] = useState<Draft>(() => ({ name: session.user.name, ...keptDraft.get() }));
  const totals = useCartTotal(cart);
  const total = checkout.changedTotal ?? totals.total ?? null;

  const form = useForm([...ADDRESS_PATHS, 'paymentToken'], (value) =>
    checkout.isOpen
      ? checkout.askAgain()
      : checkout.place({
          ...(total && { expectedTotal: { amount: total.amount, currency: total.currency } }),
          shippingAddress: readAddress(value),
          paymentToken: value('paymentToken'),
        }),
  );
  const element = useRef<HTMLFormElement>(null);
  const ask = useCallback(() => element.current?.requestSubmit(), []);
  // An attempt without a response is repeated at once: after a reload, and when the network returns.
  const wasOpen = useRef(checkout.isOpen);
  useEffect(() => {
    if (wasOpen.current) ask();
    wasOpen.current = false;
    if (!checkout.isOpen) return undefined;
    window.addEventListener('online', ask);
    return () => window.removeEventListener('online', ask);
  }, [checkout.isOpen, ask]);

  if (checkout.isPlaced) return <Skeleton className="h-96" />;
  if (checkout.otherOrder) return <AlreadyOrdered order={checkout.otherOrder} />;
  if (!cart && error !== undefined && !checkout.isOpen)
    return <ProblemNotice error={error} onRetry={refetch} />;
  if (!cart && isLoading && !checkout.isOpen) return <Skeleton className="h-96" />;
  if (!checkout.isOpen && !form.isBusy && (!cart || cart.items.length === 0)) {
    return (
      <Panel className="py-16 text-center">
        <p className="font-medium">Your cart is empty, so there is nothing to check out.</p>
        <Link to="/products" className="mt-3 inline-block underline">
          Find something you like
        </Link>
      </Panel>
    );
  }
  return (
    <form
      ref={element}
      onSubmit={form.onSubmit}
      onChange={({ currentTarget }) =>
        keptDraft.set(Object.fromEntries(new FormData(currentTarget)) as Record<string, string>)
      }
      noValidate
      className="grid items-start gap-6 lg:grid-cols-[1fr_24rem]"
    >
      {/* Not disabled while sending: a disabled field loses the focus. */}
      <fieldset
        disabled={checkout.isOpen}
        className="space-y-6 disabled:opacity-60"
        aria-label="Your details"
      >
        <Panel>
          <h2 className="mb-4 font-display text-xl">Shipping address</h2>
          <AddressFields form={form} draft={draft} />
        </Panel>
        <Panel>
          <h2 className="mb-4 font-display text-xl">How do you want to pay?</h2>
          <PaymentChoice chosen={draft['paymentToken'] ?? 'tok_ok'} />
        </Panel>
      </fieldset>
      <div className="space-y-4 lg:sticky lg:top-24">
        {cart && (
          <OrderSummary cart={cart} discounts={totals.discounts} total={total} isLoading={totals.isLoading}>
            {!checkout.isOpen && <Coupons codes={cart.couponCodes} />}
          </OrderSummary>
        )}
        {checkout.changedTotal && (
          <div
            role="alert"
            className="rounded-xl border border-amber-300 bg-amber-50 p-4 text-sm text-stone-900 dark:border-amber-700 dark:bg-amber-950 dark:text-amber-50"
          >
            <p className="font-semibold">The total has changed to {formatPrice(checkout.changedTotal)}</p>
            <p className="mt-1">
              A price changed while you were here. Nothing has been ordered; the new prices are shown above.
            </p>
          </div>
        )}
        {!checkout.changedTotal && <FormNotices form={form} />}
        {checkout.isOpen && (
          <p role="status" className="text-sm text-stone-600 dark:text-stone-400">
            Your order may already have reached us. We are checking with exactly the same details, so you
            never pay twice.
          </p>
        )}
        <Button type="submit" className="w-full text-lg" isBusy={form.isBusy || totals.isLoading}>
          {submitLabel(checkout.isOpen, checkout.changedTotal !== null, total && formatPrice(total))}
        </Button>
      </div>
    </form>
  );
}

/** The cart was ordered elsewhere: in another tab, or on another device. */
function AlreadyOrdered({ order }: { readonly order: OrderName }) {
  return (
    <Panel className="py-16 text-center">
      <p role="status" className="font-medium">
        Good news: you have already ordered this, and you pay only once.
      </p>
      <Link to={`/orders/${order.id}`} className="mt-3 inline-block underline">
        See your order {order.number}
      </Link>
    </Panel>
  );
}

function submitLabel(isOpen: boolean, isChanged: boolean, total: string | null): string {
  if (isOpen) return 'Check again';
  if (isChanged) return `Accept ${total} and order`;
  return total ? `Place the order · ${total}` : 'Place the order';
}
