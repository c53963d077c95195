import { useId, type FormEvent } from 'react';
import { createPortal } from 'react-dom';
import { Button } from '../../components/Button.js';
import { Field } from '../../components/Field.js';
import { FormNotices } from '../../components/FormNotices.js';
import { useForm } from '../../lib/forms.js';
import { useApplyCouponMutation } from './ApplyCoupon.generated.js';
import { useRemoveCouponMutation } from './RemoveCoupon.generated.js';

/**
 * Enters a coupon, or removes the one in the signed-in customer's cart. A cart takes one coupon. The controls are part of the
 * checkout's form on the page, but belong to a form of their own, because HTML does not nest forms.
 */
export function Coupons({ codes }: { readonly codes: readonly string[] }) {
  const [apply] = useApplyCouponMutation();
  const [remove] = useRemoveCouponMutation();
  const [code] = codes;
  const form = useForm(['code'], async (value) => {
    const payload = code
      ? (await remove({ variables: { input: { code } } })).data?.removeCoupon
      : (await apply({ variables: { input: { code: value('code') } } })).data?.applyCoupon;
    return payload?.userErrors ?? [];
  });
  const id = useId();
  const submitAlone = (event: FormEvent<HTMLFormElement>) => {
    // React passes events of a portal on to the components around it, and the checkout would place the order.
    event.stopPropagation();
    form.onSubmit(event);
  };
  return (
    <div className="space-y-2">
      {createPortal(<form id={id} onSubmit={submitAlone} noValidate />, document.body)}
      {code ? (
        <div className="flex items-center justify-between gap-3">
          <p className="min-w-0 break-words">
            Coupon <span className="font-medium">{code}</span>
          </p>
          <Button type="submit" form={id} look="secondary" isBusy={form.isBusy}>
            Remove coupon
          </Button>
        </div>
      ) : (
        <div className="flex items-start gap-3">
          <Field
            label="Coupon code"
            name="code"
            form={id}
            className="grow"
            autoComplete="off"
            autoCapitalize="characters"
            spellCheck={false}
            error={form.errorOf('code')}
          />
          <Button type="submit" form={id} look="secondary" className="mt-6" isBusy={form.isBusy}>
            Apply
          </Button>
        </div>
      )}
      <FormNotices form={form} />
    </div>
  );
}
