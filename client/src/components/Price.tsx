interface Amount {
  readonly amount: string;
  readonly currency: string;
}

/** "12.50" EUR in the reader's language. The amount is only displayed, never calculated with. */
export function formatPrice({ amount, currency }: Amount): string {
  return new Intl.NumberFormat(undefined, { style: 'currency', currency }).format(Number(amount));
}

export function Price({ value, className }: { readonly value: Amount; readonly className?: string }) {
  return <span className={className}>{formatPrice(value)}</span>;
}
