import { type Doc, isDoc, type Value } from '../bson/types.js';
import { MongoError, notSupported } from '../errors.js';
import type { Variables } from './expression.js';
import { groupStages } from './stages/group.js';
import { joinStages } from './stages/join.js';
import { shapeStages } from './stages/shape.js';
import { windowStages } from './stages/window.js';

export interface PipelineContext {
  readonly variables: Variables;
  /** The documents of a collection in the same database that match; all rights and locks are the caller's. */
  read(collection: string, filter: Doc): Doc[];
}

/** Maps all documents to all documents. Gives new ones; those it is given stay as they are. */
export type Stage = (docs: Doc[], context: PipelineContext) => Doc[];
export type StageCompiler = (argument: Value, compile: (pipeline: Value, within: string) => Stage) => Stage;

const compilers: Record<string, StageCompiler> = {
  ...shapeStages,
  ...groupStages,
  ...joinStages,
  ...windowStages,
};

/** Stages that mongod has and this store has not; any other name is a mistake. */
const unsupported = new Set([
  '$geoNear',
  '$listSessions',
  '$listLocalSessions',
  '$search',
  '$searchMeta',
  '$vectorSearch',
  '$planCacheStats',
  '$currentOp',
  '$fill',
  '$densify',
  '$listSampledQueries',
  '$querySettings',
  '$shardedDataDistribution',
]);
/** Handled by the aggregate command, and only there, where they read or write collections themselves. */
const commandOnly = new Set(['$out', '$merge', '$collStats', '$indexStats', '$changeStream']);

export interface StageSpec {
  readonly name: string;
  readonly argument: Value;
}

/** @throws MongoError where a stage is not a document of one field */
export function parsePipeline(pipeline: Value | undefined): StageSpec[] {
  if (!Array.isArray(pipeline))
    throw new MongoError('TypeMismatch', "'pipeline' option must be specified as an array");
  return pipeline.map((stage) => {
    if (!isDoc(stage))
      throw new MongoError('TypeMismatch', "Each element of the 'pipeline' array must be an object");
    const [entry, ...rest] = stage;
    if (!entry || rest.length > 0)
      throw new MongoError(40323, 'A pipeline stage specification object must contain exactly one field.');
    return { name: entry[0], argument: entry[1] };
  });
}

/** @throws MongoError for a stage that does not exist, or not here */
export function compileStage({ name, argument }: StageSpec): Stage {
  const compiler = compilers[name];
  if (compiler) return compiler(argument, compileNested);
  if (commandOnly.has(name))
    throw new MongoError(
      40602,
      `${name} is only valid as the ${name === '$out' || name === '$merge' ? 'last' : 'first'} stage in a pipeline`,
    );
  if (unsupported.has(name)) throw notSupported(name);
  throw new MongoError(40324, `Unrecognized pipeline stage name: '${name}'`);
}

function compileNested(pipeline: Value, within: string): Stage {
  const specs = parsePipeline(pipeline);
  for (const { name } of specs)
    if (commandOnly.has(name) || (within === '$facet' && name === '$facet'))
      throw new MongoError(
        within === '$facet' ? 40600 : 51047,
        `${name} is not allowed to be used within a ${within} stage`,
      );
  return compileStages(specs);
}

export function compileStages(specs: readonly StageSpec[]): Stage {
  const stages = specs.map(compileStage);
  return (docs, context) => stages.reduce((current, stage) => stage(current, context), docs);
}

const updateStages = new Set(['$set', '$addFields', '$unset', '$project', '$replaceRoot', '$replaceWith']);

/** An update written as a pipeline, for one document at a time. */
export function compilePipelineUpdate(pipeline: Value[], variables: Variables): (doc: Doc) => Doc {
  const specs = parsePipeline(pipeline);
  for (const { name } of specs)
    if (!updateStages.has(name))
      throw new MongoError('InvalidOptions', `${name} is not allowed to be used within an update`);
  const run = compileStages(specs);
  const context: PipelineContext = { variables, read: () => [] };
  return (doc) => run([doc], context)[0]!;
}
