/** `data` of an answer that is JSON text already. A plugin that keeps answers gives it, so that it is written only once. */
export class WrittenData {
  readonly [name: string]: unknown;

  constructor(readonly text: string) {}
}

interface Result {
  readonly data?: Record<string, unknown> | null | undefined;
}

/** Writes an answer, as Apollo Server does. */
export function stringifyResult(result: Result): string {
  return `${result.data instanceof WrittenData ? `{"data":${result.data.text}}` : JSON.stringify(result)}\n`;
}
