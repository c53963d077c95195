import { Gauge, type Registry } from './metrics.js';

/** A number that is read when metrics are collected. */
export interface GaugeDefinition {
  /** Such as `cartograph_payments_in_doubt`. */
  readonly name: string;
  readonly help: string;
  /** The gauge's label. With it, `read` gives one number for each value of the label. */
  readonly label?: string;
  /** While it rejects the gauge has no value, and the other metrics are unaffected. */
  read(): Reading | Promise<Reading>;
}

export type Reading = number | Readonly<Record<string, number>>;

export function registerGauges(registry: Registry, gauges: readonly GaugeDefinition[]): void {
  for (const { name, help, label, read } of gauges) {
    new Gauge({
      name,
      help,
      labelNames: label ? [label] : [],
      registers: [registry],
      async collect() {
        this.reset();
        try {
          const reading = await read();
          if (typeof reading === 'number') return this.set(reading);
          for (const [value, number] of Object.entries(reading))
            this.set({ [label ?? 'value']: value }, number);
        } catch {
          if (!label) this.set(Number.NaN);
        }
      },
    });
  }
}
