import type { CatalogueRow } from '../../domain/import/catalogue-columns.js';
import type { RowReading } from '../../domain/import/catalogue-row.js';
import type { ProductChanges } from '../../domain/products/product-input.js';
import type { Product } from '../../domain/products/product.js';
import { printable } from '@cartograph/kit/text';
import { concernsGroup, groupConflicts, type Member } from '../../domain/products/variant-group.js';
import { keyOf, type RowError } from './rows.js';
import type { CatalogueStore } from '../../store/store.js';

interface Step {
  readonly line: number;
  readonly before: Product;
  readonly changes: ProductChanges;
}

const GROUPS_AT_ONCE = 200;

/**
 * Applies a file's rows to the groups of variants in memory, so that every error is known before anything is written: first
 * the changes, then the new products, each against the result of the rows before it.
 */
export function createGroupCheck(catalogue: Pick<CatalogueStore, 'findGroups'>) {
  const changes: Step[] = [];
  const additions: { readonly line: number; readonly product: Member }[] = [];
  const contradictions: RowError[] = [];
  const stated = new Map<string, { readonly line: number; readonly value: string }>();

  /** A name or category applies to the whole group, so a file must not give one group two of either. */
  function compare(line: number, row: CatalogueRow, { variant, title, category }: Member): void {
    for (const [column, value] of [
      ['name', title],
      ['category', category],
    ] as const) {
      if (!variant || row[column] === undefined) continue;
      const key = `${column} ${variant.group}`;
      const first = stated.get(key);
      if (!first) stated.set(key, { line, value });
      else if (first.value !== value)
        contradictions.push({
          line,
          message:
            `${column}: all variants of the group "${printable(variant.group)}" must have the same ${column}; ` +
            `line ${first.line} has "${printable(first.value)}", this line has "${printable(value)}".`,
        });
    }
  }

  /** All members of the groups that the file touches, by SKU. */
  async function load(): Promise<Map<string, Map<string, Member>>> {
    const names = new Set(
      [
        ...changes.flatMap(({ before, changes: { variant } }) => [before.variant?.group, variant?.group]),
        ...additions.map(({ product }) => product.variant?.group),
      ].filter((name) => name !== undefined),
    );
    const groups = new Map<string, Map<string, Member>>();
    for (let rest = [...names]; rest.length > 0; rest = rest.slice(GROUPS_AT_ONCE)) {
      const found = await catalogue.findGroups(rest.slice(0, GROUPS_AT_ONCE));
      for (const [name, members] of found)
        groups.set(name, new Map(members.map(({ product }) => [keyOf(product), product])));
    }
    return groups;
  }

  return {
    add(
      line: number,
      row: CatalogueRow,
      reading: Exclude<RowReading, { errors: readonly string[] }>,
      present?: Product,
    ): void {
      if ('product' in reading) {
        compare(line, row, reading.product);
        if (reading.product.variant) additions.push({ line, product: reading.product });
      } else if (present) {
        compare(line, row, { ...present, ...reading.changes });
        if (concernsGroup(reading.changes) && (present.variant || reading.changes.variant))
          changes.push({ line, before: present, changes: reading.changes });
      }
    },

    async errors(): Promise<RowError[]> {
      const groups = await load();
      const errors = [...contradictions];
      // Groups that are full, with the refusal of a further variant: comparing thousands with each other would take minutes.
      const full = new Map<string, string>();
      const place = (line: number, next: Member, before: Member | undefined) => {
        const { group } = next.variant!;
        const members = groups.get(group)!;
        const refusal = before === undefined ? full.get(group) : undefined;
        if (refusal !== undefined) {
          errors.push({ line, message: refusal });
          return members;
        }
        const siblings = [...members].flatMap(([key, member]) => (key === keyOf(next) ? [] : [member]));
        for (const { field, message, isFull } of groupConflicts(next, before, siblings)) {
          errors.push({ line, message: `${field.join('.')}: ${message}` });
          if (isFull) full.set(group, `${field.join('.')}: ${message}`);
        }
        members.set(keyOf(next), next);
        return members;
      };
      for (const { line, before, changes: changed } of changes) {
        const old = groups.get(before.variant?.group ?? '')?.get(keyOf(before)) ?? before;
        const next = { ...old, ...changed };
        if (!next.variant) groups.get(old.variant!.group)!.delete(keyOf(next));
        else {
          const members = place(line, next, old);
          for (const [key, member] of members)
            members.set(key, { ...member, title: next.title, category: next.category });
        }
      }
      for (const { line, product } of additions) place(line, product, undefined);
      return errors;
    },
  };
}
