import { useState } from 'react';
import { Button } from '../../../components/Button.js';
import { Panel } from '../../../components/Panel.js';
import { Price } from '../../../components/Price.js';
import { useSendOnce } from '../../../lib/use-send-once.js';
import { StatusBadge } from '../components/Badge.js';
import { When } from '../components/When.js';
import type { AdminPaymentFragment } from './AdminPayment.generated.js';
import { RefundDialog } from './RefundDialog.js';

interface PaymentPanelProps {
  readonly payment: AdminPaymentFragment | null | undefined;
  readonly onDone: () => void;
}

export function PaymentPanel({ payment, onDone }: PaymentPanelProps) {
  const [isRefunding, setRefunding] = useState(false);
  const sendOnce = useSendOnce();
  return (
    <Panel>
      <h2 className="mb-2 text-lg font-semibold">Payment</h2>
      {!payment && <p>Not created yet, or temporarily unavailable.</p>}
      {payment && (
        <>
          <p className="flex flex-wrap items-center justify-between gap-2">
            <Price value={payment.amount} className="font-semibold" />
            <StatusBadge status={payment.status} />
          </p>
          {payment.failureReason && <p className="mt-1 text-sm">{payment.failureReason}</p>}
          <h3 className="mt-4 text-sm font-semibold">Charge attempts</h3>
          <ul className="mt-1 space-y-1 text-sm">
            {payment.attempts?.map((attempt) => (
              <li key={attempt.number}>
                {attempt.number}. <When at={attempt.startedAt} /> <StatusBadge status={attempt.status} />
                {attempt.failureReason && <span className="block">{attempt.failureReason}</span>}
              </li>
            ))}
          </ul>
          {payment.refunds.length > 0 && (
            <>
              <h3 className="mt-4 text-sm font-semibold">Refunded</h3>
              <ul className="mt-1 space-y-1 text-sm">
                {payment.refunds.map((refund) => (
                  <li key={refund.id}>
                    <Price value={refund.amount} className="font-medium" /> <When at={refund.createdAt} />{' '}
                    <StatusBadge status={refund.status} />
                    {refund.reason && <span className="block">“{refund.reason}”</span>}
                  </li>
                ))}
              </ul>
            </>
          )}
          {payment.status === 'SUCCEEDED' && (
            <Button look="secondary" className="mt-4" onClick={() => setRefunding(true)}>
              Refund …
            </Button>
          )}
        </>
      )}
      {payment && isRefunding && (
        <RefundDialog
          payment={payment}
          sendOnce={sendOnce}
          onClose={() => setRefunding(false)}
          onDone={() => {
            setRefunding(false);
            onDone();
          }}
        />
      )}
    </Panel>
  );
}
