import { keyOf } from '../../bson/compare.js';
import { type Doc, doc, isDoc, type Maybe, type Value } from '../../bson/types.js';
import { MongoError, notSupported } from '../../errors.js';
import { bind, compileExpression, getPath, type Scope } from '../core.js';
import type { PipelineContext, Stage, StageCompiler } from '../pipeline.js';
import { countArgument, docArgument, stringArgument } from './common.js';

/** The filter for documents that join with a value: null also joins missing fields, an array joins by each element. */
function joinFilter(path: string, value: Maybe): Doc {
  if (Array.isArray(value)) return doc({ [path]: doc({ $in: value }) });
  return doc({ [path]: doc({ $eq: value ?? null }) });
}

function withField(item: Doc, path: string, value: Value): Doc {
  const [first, ...rest] = path.split('.');
  const result: Doc = new Map(item);
  const child = item.get(first!);
  result.set(
    first!,
    rest.length === 0 ? value : withField(isDoc(child) ? child : new Map(), rest.join('.'), value),
  );
  return result;
}

const lookup: StageCompiler = (argument, compile) => {
  const spec = docArgument(argument, '$lookup', 4456300);
  for (const name of spec.keys())
    if (!['from', 'as', 'localField', 'foreignField', 'let', 'pipeline'].includes(name))
      throw new MongoError('FailedToParse', `unknown argument to $lookup: ${name}`);
  const as = spec.get('as');
  if (typeof as !== 'string') throw new MongoError('FailedToParse', "must specify 'as' field for a $lookup");
  const from = spec.get('from');
  if (isDoc(from)) throw notSupported('$lookup from another database');
  if (typeof from !== 'string')
    throw new MongoError('FailedToParse', "missing 'from' option to $lookup stage specification");
  const [localField, foreignField] = [spec.get('localField'), spec.get('foreignField')];
  if ((typeof localField === 'string') !== (typeof foreignField === 'string'))
    throw new MongoError(
      'FailedToParse',
      '$lookup requires both or neither of localField and foreignField to be specified',
    );
  const pipelineSpec = spec.get('pipeline');
  if (pipelineSpec === undefined && typeof localField !== 'string')
    throw new MongoError(
      'FailedToParse',
      "$lookup requires either 'pipeline' or both 'localField' and 'foreignField' to be specified",
    );
  const pipeline = pipelineSpec === undefined ? undefined : compile(pipelineSpec, '$lookup');
  const letSpec = spec.get('let');
  const bindings = isDoc(letSpec)
    ? [...letSpec].map(([name, value]) => [name, compileExpression(value)] as const)
    : [];
  return (docs, context) =>
    docs.map((item) => {
      const scope: Scope = { root: item, current: item, variables: context.variables };
      const filter =
        typeof localField === 'string'
          ? joinFilter(foreignField as string, getPath(item, localField.split('.'), 0))
          : new Map<string, Value>();
      let found = context.read(from, filter);
      if (pipeline) {
        const { variables } = bind(
          scope,
          bindings.map(([name, value]) => [name, value(scope)] as const),
        );
        found = pipeline(found, { ...context, variables: variables! });
      }
      return withField(item, as, found);
    });
};

const unionWith: StageCompiler = (argument, compile) => {
  const spec =
    typeof argument === 'string' ? doc({ coll: argument }) : docArgument(argument, '$unionWith', 9);
  const from = stringArgument(spec.get('coll'), '$unionWith.coll', 9);
  const pipelineSpec = spec.get('pipeline');
  const pipeline: Stage = pipelineSpec === undefined ? (docs) => docs : compile(pipelineSpec, '$unionWith');
  return (docs, context) => [...docs, ...pipeline(context.read(from, new Map()), context)];
};

const graphLookup: StageCompiler = (argument) => {
  const spec = docArgument(argument, '$graphLookup', 40327);
  const [from, as, connectFrom, connectTo] = ['from', 'as', 'connectFromField', 'connectToField'].map(
    (name) => stringArgument(spec.get(name), `$graphLookup ${name}`, 40103),
  ) as [string, string, string, string];
  const startWith = spec.get('startWith');
  if (startWith === undefined) throw new MongoError(40105, '$graphLookup requires startWith');
  const startExpression = compileExpression(startWith);
  const depthField = spec.get('depthField');
  const maxDepth = spec.has('maxDepth')
    ? countArgument(spec.get('maxDepth')!, 'maxDepth', 0, 40101)
    : Infinity;
  const restrict = spec.get('restrictSearchWithMatch');
  const search = (values: Value[], context: PipelineContext): Doc[] => {
    const filter = doc({ [connectTo]: doc({ $in: values }) });
    return context.read(from, isDoc(restrict) ? doc({ $and: [filter, restrict] }) : filter);
  };
  return (docs, context) =>
    docs.map((item) => {
      const first = startExpression({ root: item, current: item, variables: context.variables });
      let frontier: Value[] = Array.isArray(first) ? first : [first ?? null];
      const visited = new Map<string, Doc>();
      for (let depth = 0; depth <= maxDepth && frontier.length > 0; depth += 1) {
        const next: Value[] = [];
        for (const found of search(frontier, context)) {
          const key = keyOf(found.get('_id'));
          if (visited.has(key)) continue;
          visited.set(
            key,
            typeof depthField === 'string' ? withField(found, depthField, BigInt(depth)) : found,
          );
          const value = getPath(found, connectFrom.split('.'), 0);
          if (Array.isArray(value)) next.push(...value);
          else if (value !== undefined) next.push(value);
        }
        frontier = next;
      }
      return withField(item, as, [...visited.values()]);
    });
};

export const joinStages: Record<string, StageCompiler> = {
  $lookup: lookup,
  $unionWith: unionWith,
  $graphLookup: graphLookup,
};
