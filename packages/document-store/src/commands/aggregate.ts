import {
  compileStage,
  compileStages,
  parsePipeline,
  type PipelineContext,
  type StageSpec,
} from '../aggregate/pipeline.js';
import { compileExpression } from '../aggregate/expression.js';
import { encodeDoc } from '../bson/encode.js';
import { count } from '../bson/number.js';
import { doc, type Doc, isDoc, type Value } from '../bson/types.js';
import { MongoError } from '../errors.js';
import type { Collection } from '../storage/collection.js';
import { checkHint, namespaceOf, refuseCollation } from './arguments.js';
import { type Command, type CommandContext, commandVariables } from './context.js';
import { mergeInto, writeOut } from './aggregate-output.js';
import { explainQuery, findMatches } from './query.js';

/** First stages that make documents rather than read the collection's. */
function sourceStage(
  spec: StageSpec | undefined,
  collection: Collection | undefined,
  context: PipelineContext,
): Doc[] | undefined {
  switch (spec?.name) {
    case '$changeStream':
      throw new MongoError(40573, 'The $changeStream stage is only supported on replica sets');
    case '$documents': {
      const value = compileExpression(spec.argument)({
        root: new Map(),
        current: new Map(),
        variables: context.variables,
      });
      if (!Array.isArray(value) || !value.every(isDoc))
        throw new MongoError(5858203, 'an array of documents is expected in $documents');
      return value as Doc[];
    }
    case '$collStats':
      return collStats(spec.argument, collection);
    case '$indexStats':
      return (collection?.indexes ?? []).map(({ name, key, spec: index }) => doc({ name, key, spec: index }));
  }
  return undefined;
}

function collStats(argument: Value, collection: Collection | undefined): Doc[] {
  const wanted = isDoc(argument) ? argument : new Map<string, Value>();
  const size = collection?.size ?? 0;
  const result = doc({ ns: collection?.namespace ?? '', localTime: new Date() });
  if (wanted.has('count')) result.set('count', count(size));
  if (wanted.has('storageStats'))
    result.set(
      'storageStats',
      doc({
        size: count(collection?.bytes ?? 0),
        count: count(size),
        nindexes: collection?.indexes.length ?? 0,
      }),
    );
  return [result];
}

export const aggregate: Command = (args, context) => {
  args.refuseUnknown([
    'pipeline',
    'cursor',
    'explain',
    'allowDiskUse',
    'bypassDocumentValidation',
    'collation',
    'hint',
    'let',
    'isMapReduceCommand',
    'needsMerge',
    'fromMongos',
  ]);
  const target = args.values.get('aggregate');
  const namespace = namespaceOf(context.database, typeof target === 'string' ? target : '$cmd.aggregate');
  refuseCollation(args.get('collation'));
  const specs = parsePipeline(args.get('pipeline'));
  const cursor = args.doc('cursor');
  if (!cursor && !args.boolean('explain'))
    throw new MongoError(
      'FailedToParse',
      "The 'cursor' option is required, except for aggregate with the explain argument",
    );
  if (typeof target !== 'string' && specs[0]?.name !== '$documents')
    throw new MongoError(
      'InvalidNamespace',
      `{aggregate: 1} is not valid for '${specs[0]?.name ?? 'an empty pipeline'}'; a collection is required.`,
    );
  const collection = context.store.find(namespace);
  checkHint(collection, args.get('hint'));
  if (args.boolean('explain')) {
    const first =
      specs[0]?.name === '$match' && isDoc(specs[0].argument) ? specs[0].argument : new Map<string, Value>();
    return explainQuery(collection, namespace, first);
  }
  const pipelineContext = contextFor(context, args.get('let'));
  const docs = runPipeline(specs, collection, context, pipelineContext);
  const batchSize = cursor!.get('batchSize');
  return context.cursors.reply(namespace, docs, encodeDoc, {
    batchSize: typeof batchSize === 'number' ? batchSize : undefined,
  });
};

function contextFor(context: CommandContext, letSpec: Value | undefined): PipelineContext {
  const variables = commandVariables(letSpec);
  return {
    variables,
    read: (name, filter) =>
      findMatches(context.store.find(namespaceOf(context.database, name)), { filter, variables }).map(
        ({ doc: item }) => item,
      ),
  };
}

function runPipeline(
  specs: readonly StageSpec[],
  collection: Collection | undefined,
  context: CommandContext,
  pipelineContext: PipelineContext,
): Doc[] {
  const last = specs.at(-1);
  const isWriting = last?.name === '$out' || last?.name === '$merge';
  const reading = isWriting ? specs.slice(0, -1) : specs;
  const source = sourceStage(reading[0], collection, pipelineContext);
  // Compiled before anything is read: a wrong stage is refused on an empty collection too.
  const [first, ...later] = source ? [] : reading;
  const filter = first?.name === '$match' && isDoc(first.argument) ? first.argument : undefined;
  if (filter) compileStage(first!);
  const run = compileStages(source ? reading.slice(1) : filter ? later : reading);
  const docs =
    source ??
    // A leading `$match` is done by the search, which an index narrows down.
    findMatches(collection, {
      filter: filter ?? new Map<string, Value>(),
      variables: pipelineContext.variables,
    }).map(({ doc: item }) => item);
  const result = run(docs, pipelineContext);
  if (!isWriting) return result;
  if (last.name === '$out') writeOut(last.argument, result, context);
  else mergeInto(last.argument, result, context, pipelineContext.variables);
  return [];
}
