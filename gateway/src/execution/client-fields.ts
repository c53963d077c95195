const PREFIX = '_client_';

/**
 * The name a client's field has in plan and data. It differs from that in the answer only for fields which some
 * @requires asks for with arguments of its own (see planning/requirements.ts).
 */
export function dataKey(key: string, renamed: ReadonlySet<string>): string {
  return renamed.has(key) ? PREFIX + key : key;
}

/** Turns a path of the data into one of the answer. */
export function answerPath(
  path: readonly (string | number)[],
  renamed: ReadonlySet<string>,
): readonly (string | number)[] {
  if (renamed.size === 0) return path;
  return path.map((part) =>
    typeof part === 'string' && part.startsWith(PREFIX) && renamed.has(part.slice(PREFIX.length))
      ? part.slice(PREFIX.length)
      : part,
  );
}
