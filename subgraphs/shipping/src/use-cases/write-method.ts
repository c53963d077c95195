import { formatAmount, type MoneyInput } from '@cartograph/money';
import { readMethod, type Method, type MethodInput } from '../domain/method.js';
import { checkMethod, checkVersion } from '../domain/write-rules.js';
import { methodOf, zoneOf, type Deps } from './deps.js';

type Given<T> = T | null | undefined;

export type MethodChanges = {
  readonly [Key in keyof MethodInput]?: Given<MethodInput[Key]>;
} & { readonly id: string; readonly version?: Given<number> };

/** Creates, changes and deletes the methods of zones. Each function throws Refusal. */
export const createWriteMethod = ({ store, clock, newId, currency }: Deps) => ({
  async createMethod({ zoneId, ...input }: MethodInput & { readonly zoneId: string }): Promise<Method> {
    const terms = readMethod(input, currency);
    const method: Method = { ...terms, id: newId(), zoneId, version: 1, createdAt: clock() };
    await store.change((zones) => {
      checkMethod(method, zoneOf(zones, zoneId, 'zoneId'));
      return { saveMethod: method };
    });
    return method;
  },

  /** Absent fields keep their values, as does null except for `freeFrom`, which it removes. */
  async updateMethod({ id, version, ...changes }: MethodChanges): Promise<Method> {
    const { saveMethod } = await store.change((zones) => {
      const { zone, method: current } = methodOf(zones, id);
      checkVersion('method', current, version);
      const before = toInput(current);
      const terms = readMethod(
        {
          name: changes.name ?? before.name,
          kind: changes.kind ?? before.kind,
          rates: changes.rates ?? before.rates,
          freeFrom: changes.freeFrom === undefined ? before.freeFrom : changes.freeFrom,
          estimatedDays: changes.estimatedDays ?? before.estimatedDays,
          isActive: changes.isActive ?? before.isActive,
        },
        currency,
      );
      const method = { ...current, ...terms, version: current.version + 1 };
      checkMethod(method, zone);
      return { saveMethod: method };
    });
    return saveMethod;
  },

  /** @returns the method as it was */
  async deleteMethod({
    id,
    version,
  }: {
    readonly id: string;
    readonly version?: Given<number>;
  }): Promise<Method> {
    const { removeMethod } = await store.change((zones) => {
      const { method } = methodOf(zones, id);
      checkVersion('method', method, version);
      return { removeMethod: method };
    });
    return removeMethod;
  },
});

function toInput({ rates, freeFromMinor, currency, ...method }: Method): MethodInput {
  const money = (minor: number | null): MoneyInput | null =>
    minor === null ? null : { amount: formatAmount({ minor, currency }), currency };
  return {
    ...method,
    rates: rates.map(({ upToWeight, fromMinor, priceMinor }) => ({
      upToWeight,
      fromSubtotal: money(fromMinor),
      price: money(priceMinor)!,
    })),
    freeFrom: money(freeFromMinor),
  };
}
