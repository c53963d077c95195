import type { FieldNode } from 'graphql';

/** Whether a field asks about the schema, which is answered here and not by subgraphs. */
export const isIntrospection = ({ name }: FieldNode): boolean =>
  name.value === '__schema' || name.value === '__type';
