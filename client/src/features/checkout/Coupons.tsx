import { Button } from '../../components/Button.js';
import { Field } from '../../components/Field.js';
import { FormNotices } from '../../components/FormNotices.js';
import { useForm } from '../../lib/forms.js';
import { useApplyCouponMutation } from './ApplyCoupon.generated.js';
import { useRemoveCouponMutation } from './RemoveCoupon.generated.js';

/** Enters a coupon, or removes the one in the signed-in customer's cart. A cart takes one coupon. */
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
  return (
    <form onSubmit={form.onSubmit} noValidate aria-label="Coupon" className="space-y-2">
      {code ? (
        <div className="flex items-center justify-between gap-3">
          <p className="min-w-0 break-words">
            Coupon <span className="font-medium">{code}</span>
          </p>
          <Button type="submit" look="secondary" isBusy={form.isBusy}>
            Remove coupon
          </Button>
        </div>
      ) : (
        <div className="flex items-start gap-3">
          <Field
            label="Coupon code"
            name="code"
            className="grow"
            autoComplete="off"
            autoCapitalize="characters"
            spellCheck={false}
            error={form.errorOf('code')}
          />
          <Button type="submit" look="secondary" className="mt-6" isBusy={form.isBusy}>
            Apply
          </Button>
        </div>
      )}
      <FormNotices form={form} />
    </form>
  );
}
