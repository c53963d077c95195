import { readText, type TextRule } from './text.js';

/** An expected refusal, thrown by domain and service code and answered as `userErrors` (see `refusable`). */
export class Refusal<Code extends string = string> extends Error {
  override readonly name = 'Refusal';
  readonly errors: readonly [UserErrorOutput<Code>, ...UserErrorOutput<Code>[]];

  constructor(code: Code, message: string, field?: readonly string[] | null);
  constructor(errors: readonly UserErrorInput<Code>[]);
  constructor(
    first: Code | readonly UserErrorInput<Code>[],
    message = '',
    field: readonly string[] | null = null,
  ) {
    const errors = typeof first === 'string' ? [{ code: first, message, field }] : first;
    super(errors.map((error) => error.message).join(' '));
    this.errors = errors as unknown as typeof this.errors;
  }

  get code(): Code {
    return this.errors[0].code;
  }
}

/** GraphQL's `UserError`. `field` is the path inside `input`, e.g. `["shippingAddress", "country"]`. */
export interface UserErrorOutput<Code extends string = string> {
  code: Code;
  message: string;
  field: string[] | null;
}

type UserErrorInput<Code extends string> = Omit<UserErrorOutput<Code>, 'field'> & {
  readonly field: readonly string[] | null;
};

/**
 * Runs a use case for a mutation: its result becomes the payload, a {@link Refusal} the payload's `userErrors`.
 * @param empty the payload without its entity, e.g. `{ order: null }`
 */
export async function refusable<Payload extends object, Empty extends object>(
  empty: Empty,
  useCase: () => Promise<Payload>,
): Promise<(Payload | Empty) & { userErrors: UserErrorOutput<never>[] }> {
  try {
    return { ...(await useCase()), userErrors: [] };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { ...empty, userErrors: error.errors as unknown as UserErrorOutput<never>[] };
  }
}

/** Collects what is wrong with an input, so that a form shows all of it at once. */
export interface RefusalCollector<Code extends string> {
  /** Everything added so far. */
  readonly errors: readonly UserErrorOutput<Code>[];
  /** @param code default `INVALID_INPUT` */
  add(field: readonly string[], message: string, code?: Code): void;
  /** Reads a required text by `readText`; adds what is wrong with it, and gives '' then. @param label such as "The name" */
  text(
    field: readonly string[],
    label: string,
    given: string | null | undefined,
    rule: RequiredTextRule,
  ): string;
  /** Reads an optional text; null if it is empty or wrong. */
  text(
    field: readonly string[],
    label: string,
    given: string | null | undefined,
    rule: TextRule,
  ): string | null;
  /** @throws Refusal with everything that was added, if anything was */
  throwIfAny(): void;
}

type RequiredTextRule = TextRule & { readonly isRequired: true };

export function collectRefusals<Code extends string = 'INVALID_INPUT'>(): RefusalCollector<
  Code | 'INVALID_INPUT'
> {
  const errors: UserErrorOutput<Code | 'INVALID_INPUT'>[] = [];
  const add = (field: readonly string[], message: string, code: Code | 'INVALID_INPUT' = 'INVALID_INPUT') =>
    void errors.push({ code, message, field: [...field] });
  return {
    errors,
    add,
    // null where a text is optional, '' where it is required.
    text(field: readonly string[], label: string, given: string | null | undefined, rule: TextRule) {
      const read = readText(given, rule);
      if ('value' in read) return read.value as string;
      add(field, `${label} ${read.fault}.`);
      return (rule.isRequired ? '' : null) as string;
    },
    throwIfAny() {
      if (errors.length > 0) throw new Refusal<Code | 'INVALID_INPUT'>(errors);
    },
  };
}
