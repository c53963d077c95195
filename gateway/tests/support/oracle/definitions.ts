/** What the subgraphs define, line by line, without a line twice. */
export class Definitions {
  readonly types = new Map<string, { head: string; lines: Map<string, string> }>();

  type(name: string, head: string): void {
    if (!this.types.has(name)) this.types.set(name, { head, lines: new Map() });
  }

  /** @returns false where the type has the field already */
  field(type: string, name: string, line: string): boolean {
    const { lines } = this.types.get(type)!;
    if (lines.has(name)) return false;
    lines.set(name, line);
    return true;
  }

  print(): string {
    return [...this.types.values()]
      .filter(({ lines }) => lines.size > 0)
      .map(({ head, lines }) => `${head} {\n  ${[...lines.values()].join('\n  ')}\n}`)
      .join('\n');
  }
}
