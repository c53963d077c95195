interface Amount {
  readonly amount: string;
  readonly currency: string;
}

/** "12.50" EUR as the reader's language writes it. The amount is never calculated with: it only passes through. */
export function formatPrice({ amount, currency }: Amount): string {
  return new Intl.NumberFormat(undefined, { style: 'currency', currency }).format(Number(amount));
}

export function Price({ value, className }: { readonly value: Amount; readonly className?: string }) {
  return <span className={className}>{formatPrice(value)}</span>;
}
