import { hash } from '../random.js';

/** A value that a resolver returns: its identity decides all its fields, on every server alike. */
export interface Instance {
  readonly __typename: string;
  readonly key: string;
  readonly index: number;
  /** What an `_entities` query said of it. */
  readonly reference?: Readonly<Record<string, unknown>>;
}

/** How a field that does not follow from its type alone gets its value. */
export interface FieldRule {
  /** Enum values that its subgraph knows. */
  readonly values?: readonly string[];
  /** Types that its subgraph can give where the field's type is abstract. */
  readonly members?: readonly string[];
  /** Whether it may never fail, because other fields need it. */
  readonly isSafe?: boolean;
  /** Computed from these fields; each with the arguments that it is required with, and perhaps a field below it. */
  readonly requires?: readonly Required[];
  readonly counts?: 'add' | 'tell';
  /** The subgraph that alone gives this part of the shared root field `view`. */
  readonly side?: number;
}

/** A subgraph's part of a shared root field failed: one schema sees that at the part's fields, subgraphs at the root field. */
export class SideError extends Error {
  constructor(
    side: number,
    readonly isOfPart: boolean,
  ) {
    super(`view of s${side} failed`);
  }
}

/** What a subscription's source yields. */
export interface MadeEvent {
  readonly event: number;
}

/** Each subscription has this many events, and then it is complete. */
const EVENTS = 3;

export async function* madeEvents(): AsyncGenerator<MadeEvent> {
  for (let event = 0; event < EVENTS; event++) yield await Promise.resolve({ event });
}

export interface Required {
  readonly field: string;
  readonly type: string;
  readonly args: Readonly<Record<string, unknown>>;
  readonly below?: { readonly field: string; readonly type: string };
}

const INSTANCES = 4;
const LEAVES = ['String', 'Int', 'Float', 'Boolean', 'ID', 'Color', 'Mode', 'Anything'];

/** One copy of the made-up data. A mutation changes its count, which some fields tell. */
export class MadeValues {
  count = 0;

  constructor(
    private readonly seed: number,
    private readonly rules: ReadonlyMap<string, FieldRule>,
  ) {}

  /** An instance by index; of an interface object, its real type where `isKnown`. */
  instance(type: string, index: number): Instance {
    const isMedia = type === 'Media' || type === 'Book' || type === 'Film';
    if (isMedia) return { __typename: index % 2 ? 'Film' : 'Book', key: `Media.${index}`, index };
    return { __typename: type, key: `${type}.${index}`, index };
  }

  /** The values of key fields. */
  keyValue(instance: Instance, field: string): unknown {
    switch (field) {
      case 'id':
        return `id${instance.index}`;
      case 'sku':
        return `sku ${instance.index}`;
      case 'code':
        return 100 + instance.index;
      case 'org':
        return { __typename: 'Org', key: `${instance.key}.org`, index: instance.index };
      default:
        return undefined;
    }
  }

  /** @throws where the reference does not say what its entity's keys are */
  fromReference(type: string, reference: Record<string, unknown>): Instance {
    const org = reference['org'] as { id?: string } | undefined;
    const given = [
      typeof reference['id'] === 'string' ? Number(reference['id'].slice(2)) : undefined,
      typeof reference['sku'] === 'string' ? Number(reference['sku'].slice(4)) : undefined,
      typeof reference['code'] === 'number' ? reference['code'] - 100 : undefined,
      typeof org?.id === 'string' ? Number(org.id.slice(2)) : undefined,
    ].filter((index) => index !== undefined);
    const index = given[0];
    if (index === undefined || given.some((one) => one !== index) || !(index >= 0 && index < INSTANCES))
      throw new Error(`${type} has no such key: ${JSON.stringify(reference)}`);
    return { ...this.instance(type, index), reference };
  }

  /** The value of a field; `owner` is the type that the rule is for. */
  value(
    owner: string,
    parent: Instance | undefined,
    field: string,
    args: Readonly<Record<string, unknown>>,
    type: string,
  ): unknown {
    const rule = this.rules.get(`${owner}.${field}`) ?? {};
    const key = parent?.key ?? owner;
    if (rule.counts === 'add') {
      this.count += Number(args['n'] ?? 1);
      if (type.startsWith('Int')) return this.count;
    }
    if (rule.counts === 'tell') return this.count * 10 + (parent?.index ?? 0);
    if (rule.requires) return this.#compute(parent!, field, rule.requires);
    if (rule.side !== undefined && this.isMissing(rule.side)) {
      if (this.sideFails(rule.side)) throw new SideError(rule.side, true);
      return null;
    }
    if (parent && owner !== 'Query' && owner !== 'Mutation') {
      const known = owner === 'Org' && field === 'id' ? `id${parent.index}` : this.keyValue(parent, field);
      if (known !== undefined) return known;
    }
    return this.#made(type, `${this.seed}/${key}.${field}(${sortedJson(args)})`, rule, `${key}.${field}`);
  }

  /** Whether the subgraph of this number has null for the shared root field `view`, as in a third of all graphs. */
  isMissing(side: number): boolean {
    return hash(`${this.seed}/side ${side}`) < 0.33;
  }

  /** What a subgraph gives for `view` when it is asked for its own part of it. */
  side(side: number): Instance | null {
    if (!this.isMissing(side)) return this.view();
    if (this.sideFails(side)) throw new SideError(side, false);
    return null;
  }

  view(): Instance {
    return { __typename: 'View', key: 'View', index: 0 };
  }

  sideFails(side: number): boolean {
    return hash(`${this.seed}/side ${side}`) < 0.25;
  }

  #compute(parent: Instance, field: string, requires: readonly Required[]): string {
    const texts = requires.map((one) => {
      const required = parent.reference
        ? parent.reference[one.field]
        : this.value(parent.key.split('.')[0]!, parent, one.field, one.args, one.type);
      return one.below ? this.#below(required, one.below) : JSON.stringify(required ?? null);
    });
    return `${field} of ${texts.join(' and ')}`;
  }

  #below(value: unknown, below: { readonly field: string; readonly type: string }): string {
    if (Array.isArray(value)) return `[${value.map((one) => this.#below(one, below)).join()}]`;
    if (value === null || value === undefined) return 'null';
    const instance = value as Instance & Record<string, unknown>;
    const inner =
      instance.key === undefined
        ? instance[below.field]
        : this.value(ruleOwner(instance), instance, below.field, {}, below.type);
    return JSON.stringify(inner ?? null);
  }

  #made(type: string, seed: string, rule: FieldRule, place: string): unknown {
    const isRequired = type.endsWith('!');
    const inner = isRequired ? type.slice(0, -1) : type;
    const luck = hash(`luck ${seed}`);
    // With an error at a mutation, the oracle could not tell whether it had run.
    const mayFail = !rule.isSafe && !place.startsWith('Mutation');
    if (mayFail && luck < (isRequired ? 0.015 : 0.03)) throw new Error(`${place} failed`);
    if (!isRequired && luck < 0.12) return null;
    if (inner.startsWith('[')) {
      const length = Math.floor(hash(`length ${seed}`) * 4);
      const ofItem = { ...rule, isSafe: true };
      return Array.from({ length }, (_, index) =>
        this.#made(inner.slice(1, -1), `${seed}[${index}]`, ofItem, place),
      );
    }
    const value = hash(`value ${seed}`);
    const pick = <T>(items: readonly T[]): T => items[Math.floor(value * items.length)]!;
    if (!LEAVES.includes(inner)) {
      const index = Math.floor(hash(`index ${seed}`) * INSTANCES);
      if (inner === 'Org' || inner === 'Size' || inner === 'View')
        return { __typename: inner, key: seed, index };
      if (inner === 'Query') return { __typename: 'Query', key: 'Query', index: 0 };
      if (inner === 'Book' || inner === 'Film')
        return this.instance('Media', inner === 'Book' ? index & ~1 : index | 1);
      return this.instance(rule.members ? pick(rule.members) : inner, index);
    }
    switch (inner) {
      case 'String':
        return value < 0.1 ? '' : `text ${Math.floor(value * 1000)}`;
      case 'Int':
        return Math.floor(value * 20) - 3;
      case 'Float':
        return value < 0.2 ? 0 : value * 100;
      case 'Boolean':
        return value < 0.5;
      case 'ID':
        return `x${Math.floor(value * 10)}`;
      case 'Anything':
        return value < 0.4 ? { any: [1, 'two', null, { id: 3 }] } : value;
      default:
        return pick(rule.values ?? ['RED']);
    }
  }
}

/** The type that an instance's rules are for; of an object without a key, its own. */
const ruleOwner = ({ __typename, key }: Instance): string =>
  __typename === 'Size' ? __typename : key.split('.')[0]!;

function sortedJson(value: unknown): string {
  return JSON.stringify(value, (_key, one: unknown) =>
    typeof one === 'object' && one !== null && !Array.isArray(one)
      ? Object.fromEntries(Object.entries(one).sort(([a], [b]) => (a < b ? -1 : 1)))
      : one,
  );
}
