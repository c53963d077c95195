import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Does what docs/adding-a-subgraph.md says to a new reviews subgraph, with exactly the code on the page. Only the places and
 * the imports, which an editor adds, are known here.
 */
export function followTheWalk(root: string): void {
  const doc = readFileSync(join(root, 'docs/adding-a-subgraph.md'), 'utf8');
  const blocks = [...doc.matchAll(/^```(?:graphql|sql|ts)\n([^]*?)\n```$/gm)].map(([, code]) => code!);
  const block = (...marks: string[]) => {
    const found = blocks.filter((code) => marks.every((mark) => code.includes(mark)));
    if (found.length !== 1)
      throw new Error(`The page has ${found.length} pieces of code with ${JSON.stringify(marks)}`);
    return found[0]!;
  };
  /** The code between backquotes in the sentence that begins so. */
  const inline = (before: string) => {
    const [, code] = doc.split(before)[1]?.match(/^\s*`([^`]+)`/) ?? [];
    if (!code) throw new Error(`The page does not say "${before}"`);
    return code;
  };
  const edit = (file: string, ...changes: (readonly [at: RegExp, text: string])[]) => {
    const path = join(root, file);
    let text = readFileSync(path, 'utf8');
    for (const [at, replacement] of changes) {
      if (!at.test(text)) throw new Error(`${file} has no place like ${at}`);
      // As it is: a dollar in the code stands for itself.
      text = text.replace(at, (...match) => replacement.replaceAll(/<(\d)>/g, (_, n) => match[Number(n)]));
    }
    writeFileSync(path, text);
  };
  const src = 'subgraphs/reviews/src/';

  // 2 Extend the schema
  const fields = block('"The product it is about."');
  const inputFields = fields.replace(/^.*\n.*$/m, inline('(in the input the first one is'));
  edit(
    'subgraphs/reviews/schema.graphql',
    [/(type Review @key[^}]*)\}/, `<1>${fields}\n}`],
    [/(input CreateReviewInput \{[^}]*)\}/, `<1>${inputFields}\n}`],
    [/$/, `\n${block('type ProductRating')}\n`],
  );
  edit('subgraphs/reviews/codegen.ts', [
    /( +)(Review: .*)/,
    `<1><2>\n<1>${inline('In `codegen.ts` the mappers get')},`,
  ]);

  // 3 Store it
  const [columns, index] = block('CREATE INDEX reviews_of_product').split('\n-- and\n') as [string, string];
  edit(`${src}store/migrations/001-reviews.ts`, [
    /(created_at timestamptz NOT NULL)(\s*\))`/,
    `${columns}\n<1><2>;\n${index}\``,
  ]);
  edit(`${src}store/tables.ts`, [/(columns: \{)/, `<1>\n${block("name: 'product_id'")}`]);
  edit(
    `${src}domain/review.ts`,
    [
      /(interface Review \{)/,
      `<1>\n${inline('`interface Review` in `domain/review.ts` gets')};\n${inline('`readonly productId: string` and')};`,
    ],
    [/import \{ collectRefusals \}/, 'import { collectRefusals, Refusal }'],
    [/$/, `\n${block('function readRating')}\n`],
  );

  // 4 Resolve it, once for a whole page
  const [ratingType, promise] = block('interface Rating ').split('// in ReviewsStore\n') as [string, string];
  edit(
    `${src}store/store.ts`,
    [/(export interface ReviewsStore \{)/, `<1>\n${promise}`],
    [/(export interface ReviewsStore)/, `${ratingType}\n<1>`],
  );
  edit(`${src}store/typeorm-store.ts`, [/(return \{)/, `<1>\n${block('async ratingsOf', 'groupBy')}`]);
  edit(
    `${src}use-cases/write-review.ts`,
    [/input: \{ text: string \}/, inline('the function takes')],
    [/(text: readReviewText\(input\.text\),)/, `<1>\n${block('rating: readRating(input.rating)')}`],
    [/readReviewText, type Review/, 'readRating, readReviewText, type Review'],
  );
  edit(
    `${src}context.ts`,
    [/(interface ReviewsContext extends .*)/, `<1>\n${inline('`ReviewsContext` gets')};`],
    [/( {2}return \(base\))/, `${block('async function getRatings')}\n\n<1>`],
    [/(\.\.\.base,)/, `<1>\n${block('new DataLoader(getRatings)')}`],
    [/import type \{ ReviewsStore/, 'import type { Rating, ReviewsStore'],
  );
  edit(`${src}resolvers/review.ts`, [/(ReviewResolvers = \{)/, `<1>\n${block('product: ({ productId })')}`]);
  writeFileSync(join(root, src, 'resolvers/product.ts'), block('ratings.load(id)'));
  edit(
    `${src}resolvers/index.ts`,
    [/( +)(Review,\n)/, '<1>Product,\n<1><2>'],
    [/(import \{ Review \})/, `import { Product } from './product.js';\n<1>`],
  );

  // 5 Test it
  edit('subgraphs/reviews/tests/store.test.ts', [
    /(text: 'Grüße 🫖',)/,
    `<1> ${inline('stores a review, which now needs')},`,
  ]);
  edit(
    'subgraphs/reviews/tests/api.test.ts',
    [/const CREATE = `[^`]*`;/, block('const CREATE')],
    [/$/, `\n${block("describe('a product'")}\n`],
  );
}
