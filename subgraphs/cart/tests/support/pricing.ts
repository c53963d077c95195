import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

interface CheckInput {
  readonly code: string;
  readonly customerId: string | null;
  readonly subtotal: { readonly amount: string; readonly currency: string };
}

/** A stand-in for the pricing service. It accepts every coupon whose code begins with "OK", in any case. */
export interface PricingStandIn {
  readonly url: string;
  /** What was checked. */
  readonly checks: CheckInput[];
  /** Whether it fails instead of answering. */
  isBroken: boolean;
  close(): Promise<void>;
}

export async function startPricingStandIn(): Promise<PricingStandIn> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      if (standIn.isBroken) return void response.writeHead(503).end();
      const { variables } = JSON.parse(Buffer.concat(chunks).toString()) as {
        variables: { input: CheckInput };
      };
      standIn.checks.push(variables.input);
      const code = variables.input.code.toUpperCase();
      const checkCoupon = code.startsWith('OK')
        ? { discount: { code }, problem: null }
        : { discount: null, problem: { code: 'COUPON_EXPIRED', message: 'The coupon has expired.' } };
      response.setHeader('content-type', 'application/json').end(JSON.stringify({ data: { checkCoupon } }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const standIn: PricingStandIn = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    checks: [],
    isBroken: false,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return standIn;
}
