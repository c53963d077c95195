import { attributeText } from '../../lib/attribute-text.js';

interface Attribute {
  readonly name: string;
  readonly label: string;
  readonly value: string;
  readonly unit?: string | null | undefined;
}

export interface Variant {
  readonly sku: string;
  readonly attributes: readonly Attribute[];
  readonly availability: { readonly inStock: boolean };
}

interface Choice {
  readonly value: string;
  readonly unit: string | null;
  /** The variant it leads to. */
  readonly sku: string;
  readonly isChosen: boolean;
  readonly inStock: boolean;
  /** What else changes with it, such as "Size L", because no variant combines it with the present choices. Often empty. */
  readonly changes: readonly string[];
}

export interface Option {
  readonly name: string;
  readonly label: string;
  readonly choices: readonly Choice[];
}

/** An option as the product's page declares it, with its values in order. */
interface Declared {
  readonly name: string;
  readonly label: string;
  readonly values: readonly string[];
}

const attributeOf = ({ attributes }: Pick<Variant, 'attributes'>, name: string) =>
  attributes.find((attribute) => attribute.name === name);

/**
 * What sets the variants apart, each with its choices. A choice leads to the variant that is like the present one
 * otherwise; where there is none, to the one with the most in common, in stock before sold out.
 * @param declared what the product's page says about each option
 */
export function listOptions(
  present: Pick<Variant, 'sku' | 'attributes'>,
  variants: readonly Variant[],
  declared: readonly Declared[],
): readonly Option[] {
  const names = declared.map(({ name }) => name);
  const inCommon = (variant: Variant) =>
    names.filter((name) => attributeOf(variant, name)?.value === attributeOf(present, name)?.value).length;
  return declared.map(({ name, label, values }) => {
    const choices = values.flatMap((value): Choice | [] => {
      const [nearest] = variants
        .filter((variant) => attributeOf(variant, name)?.value === value)
        .sort(
          (one, other) =>
            inCommon(other) - inCommon(one) ||
            Number(other.availability.inStock) - Number(one.availability.inStock),
        );
      if (!nearest) return [];
      return {
        value,
        unit: attributeOf(nearest, name)?.unit ?? null,
        sku: nearest.sku,
        isChosen: attributeOf(present, name)?.value === value,
        inStock: nearest.availability.inStock,
        changes: names.flatMap((each) => {
          const other = attributeOf(nearest, each);
          return each === name || !other || other.value === attributeOf(present, each)?.value
            ? []
            : [`${other.label} ${attributeText(other.value, other.unit)}`];
        }),
      };
    });
    return { name, label, choices };
  });
}
