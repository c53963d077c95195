import { type DocumentNode, Kind, visit } from 'graphql';
import { sha256 } from './hash.js';

const PERCENT = /^percent\((\d{1,3}(?:\.\d{1,8})?)\)$/;

/**
 * Decides for each label of an @override whether its fields come from the subgraph that overrides.
 * `percent(25)` holds for a quarter of all operations, always for the same ones: an operation is planned once. A label
 * of another form stands for a decision that this gateway has no way to be told; the old subgraph is asked.
 */
export class LabelledOverrides {
  readonly #shares = new Map<string, number>();

  constructor(supergraph: DocumentNode) {
    visit(supergraph, {
      Argument: ({ name, value }) => {
        if (name.value !== 'overrideLabel' || value.kind !== Kind.STRING) return;
        const percent = PERCENT.exec(value.value);
        this.#shares.set(value.value, percent ? Number(percent[1]) / 100 : 0);
      },
    });
  }

  /** @param text the operation's */
  decide(text: string): Map<string, boolean> {
    return new Map([...this.#shares].map(([label, share]) => [label, placeOf(label + text) < share]));
  }
}

/** From 0 up to, not with, 1; always the same for a text. */
const placeOf = (text: string): number => parseInt(sha256(text).slice(0, 12), 16) / 2 ** 48;
