import { compileExpression, type Variables } from '../aggregate/expression.js';
import { type Doc, isDoc, type Maybe } from '../bson/types.js';
import type { Expiry } from '../storage/expiry.js';
import type { Store } from '../storage/store.js';
import type { Arguments } from './arguments.js';
import type { Cursors } from './cursors.js';

/** What a command is run with. Everything happens in one turn of the event loop: a command is atomic. */
export interface CommandContext {
  readonly store: Store;
  readonly cursors: Cursors;
  readonly expiry: Expiry;
  readonly database: string;
  readonly connectionId: number;
  readonly serverStart: number;
  readonly openConnections: () => number;
}

export type Command = (args: Arguments, context: CommandContext) => Doc;

/** The variables of a command's `let`, and the moment that `$$NOW` is for all of it. */
export function commandVariables(letSpec: Maybe, constants?: Maybe): Variables {
  const variables = new Map<string, Maybe>([['NOW', new Date()]]);
  for (const spec of [letSpec, constants])
    if (isDoc(spec))
      for (const [name, value] of spec)
        variables.set(name, compileExpression(value)({ root: new Map(), current: new Map(), variables }));
  return variables;
}
