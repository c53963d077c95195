import {
  defaultFieldResolver,
  getDirectiveValues,
  getNamedType,
  isIntrospectionType,
  isInterfaceType,
  isObjectType,
  type GraphQLDirective,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
} from 'graphql';
import { PublicError } from './public-error.js';
import type { AnonymousIdentity, Identity, UserIdentity } from './identity.js';
import { SIGN_IN_REASONS } from './token-refusal.js';

/**
 * Who may see a type or call a field, as `@access(to: […])` says in the SDL:
 *
 * - on a field of Query, Mutation or Subscription: who may call it (required on each of them);
 * - on an object type: who may see its objects, wherever they appear, `_entities` included;
 * - on a field of an object type: who may see that field. `OWNER` is the owner of the object.
 */
export type AccessRole = 'ANYONE' | 'SIGNED_IN' | 'OWNER' | 'ADMIN' | 'SERVICE';

/** Says for each type named in an `OWNER` rule whether an object belongs to a user. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- each function gets its own type's row
export type Owners = Readonly<Record<string, (object: any, user: UserIdentity) => boolean>>;

interface WithIdentity {
  readonly identity: Identity;
}

type Rule = readonly AccessRole[];

/**
 * Wraps the resolvers of a schema so that its `@access` rules hold.
 * @throws Error at start if a root field has no rule, or a rule names OWNER for a type that has no entry in `owners`.
 */
export function enforceAccess(schema: GraphQLSchema, owners: Owners = {}): GraphQLSchema {
  const directive = schema.getDirective('access');
  if (!directive) throw new Error('The schema declares no @access directive.');
  const roots = new Set([schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()]);
  const objectRules = new Map<string, Rule>();

  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || isIntrospectionType(type)) continue;
    const rule = ruleOf(directive, type);
    if (rule) objectRules.set(type.name, checkOwner(rule, type.name, owners));
  }
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || isIntrospectionType(type)) continue;
    if (objectRules.has(type.name)) guardReferences(type, objectRules.get(type.name)!, owners);
    for (const field of Object.values(type.getFields())) {
      if (field.name === '_service' || field.name === '_entities') continue;
      const rule = ruleOf(directive, field);
      if (roots.has(type)) {
        if (!rule) throw new Error(`${type.name}.${field.name} needs @access: say who may call it.`);
        if (rule.includes('OWNER'))
          throw new Error(`${type.name}.${field.name}: OWNER has no meaning on a root field.`);
      }
      if (rule) guardField(type, field, checkOwner(rule, type.name, owners, roots.has(type)), owners);
      guardResult(field, objectRules, owners, schema);
    }
  }
  return schema;
}

function ruleOf(
  directive: GraphQLDirective,
  node: GraphQLObjectType | GraphQLField<unknown, unknown>,
): Rule | undefined {
  const nodes = [node.astNode, ...('extensionASTNodes' in node ? node.extensionASTNodes : [])];
  for (const ast of nodes) {
    const values = ast && getDirectiveValues(directive, ast);
    if (values) return values['to'] as Rule;
  }
  return undefined;
}

function checkOwner(rule: Rule, typeName: string, owners: Owners, isRoot = false): Rule {
  if (!isRoot && rule.includes('OWNER') && !owners[typeName])
    throw new Error(`@access on ${typeName} names OWNER, but no owner function is given for it.`);
  return rule;
}

/** Whether `identity` satisfies `rule` for `object` (absent on root fields). */
function isAllowed(rule: Rule, identity: Identity, owns: (user: UserIdentity) => boolean): boolean {
  if (rule.includes('ANYONE')) return true;
  if (identity.kind === 'service') return rule.includes('SERVICE');
  if (identity.kind === 'anonymous') return false;
  if (rule.includes('SIGNED_IN')) return true;
  if (rule.includes('ADMIN') && identity.role === 'ADMIN') return true;
  return rule.includes('OWNER') && owns(identity);
}

/**
 * The error for a guest who asks for what needs a person. If the request carried a token that does not count, it says
 * why and what to do, so that clients can tell "no token" from "renew the token".
 * @param signIn what to say to a guest without a token, such as "Sign in to see this cart."
 */
export function signInError({ tokenRefusal }: Partial<AnonymousIdentity>, signIn: string): PublicError {
  if (tokenRefusal === undefined)
    return new PublicError('UNAUTHENTICATED', signIn, { reason: 'TOKEN_MISSING' });
  const code = tokenRefusal === 'TOKEN_UNVERIFIED' ? 'SERVICE_UNAVAILABLE' : 'UNAUTHENTICATED';
  return new PublicError(code, SIGN_IN_REASONS[tokenRefusal], { reason: tokenRefusal });
}

/** @throws PublicError unless a user asks */
export function requireUser(identity: Identity, signIn = 'Sign in first.'): UserIdentity {
  if (identity.kind === 'user') return identity;
  throw signInError(identity.kind === 'anonymous' ? identity : {}, signIn);
}

function refusal(identity: Identity, what: string): PublicError {
  return identity.kind === 'anonymous'
    ? signInError(identity, `Sign in to see or change ${what}.`)
    : new PublicError('FORBIDDEN', `You may not see or change ${what}.`);
}

function guardField(
  type: GraphQLObjectType,
  field: GraphQLField<unknown, unknown>,
  rule: Rule,
  owners: Owners,
): void {
  if (rule.includes('ANYONE')) return;
  const wrap =
    (resolve: NonNullable<typeof field.resolve>): NonNullable<typeof field.resolve> =>
    (source, args, context, info) => {
      const { identity } = context as WithIdentity;
      if (!isAllowed(rule, identity, (user) => owners[type.name]?.(source, user) ?? false)) {
        throw refusal(identity, `${type.name}.${field.name}`);
      }
      return resolve(source, args, context, info);
    };
  if (field.subscribe) field.subscribe = wrap(field.subscribe);
  else field.resolve = wrap(field.resolve ?? defaultFieldResolver);
}

/** Checks objects of guarded types where a field returns them, so each refusal stands at its own path. */
function guardResult(
  field: GraphQLField<unknown, unknown>,
  rules: ReadonlyMap<string, Rule>,
  owners: Owners,
  schema: GraphQLSchema,
): void {
  const named = getNamedType(field.type);
  const possible = isObjectType(named)
    ? [named.name]
    : 'getTypes' in named || isInterfaceType(named)
      ? schema.getPossibleTypes(named).map((type) => type.name)
      : [];
  if (!possible.some((name) => rules.has(name))) return;
  const resolve = field.resolve ?? defaultFieldResolver;
  field.resolve = (source, args, context, info) => {
    const { identity } = context as WithIdentity;
    const check = (value: unknown): unknown => {
      if (value instanceof Promise) return value.then(check);
      if (Array.isArray(value)) return value.map((item) => tryCheck(() => check(item)));
      if (value === null || value === undefined || value instanceof Error) return value;
      const name =
        possible.length === 1 ? possible[0]! : String((value as { __typename?: string }).__typename);
      const rule = rules.get(name);
      if (rule && !isAllowed(rule, identity, (user) => owners[name]?.(value, user) ?? false))
        throw refusal(identity, `this ${name}`);
      return value;
    };
    return check(resolve(source, args, context, info));
  };
}

/** A refused item of a list becomes an error at its index, not at the list. */
function tryCheck(check: () => unknown): unknown {
  try {
    return check();
  } catch (error) {
    return error;
  }
}

interface SubgraphExtensions {
  apollo?: {
    subgraph?: { resolveReference?: (reference: unknown, context: unknown, info: unknown) => unknown };
  };
}

/** `_entities` reaches objects without any field above them: the same rule holds there. */
function guardReferences(type: GraphQLObjectType, rule: Rule, owners: Owners): void {
  const subgraph = (type.extensions as SubgraphExtensions).apollo?.subgraph;
  const resolve = subgraph?.resolveReference;
  if (!subgraph || !resolve) return;
  subgraph.resolveReference = async (reference, context, info) => {
    const object = await resolve(reference, context, info);
    const { identity } = context as WithIdentity;
    if (object != null && !isAllowed(rule, identity, (user) => owners[type.name]?.(object, user) ?? false)) {
      throw refusal(identity, `this ${type.name}`);
    }
    return object;
  };
}
