import { refusable } from '@cartograph/kit';
import type {
  MutationResolvers,
  ProductImportPreview,
  QueryResolvers,
  UserError,
} from '../generated/graphql.js';
import type { FileImports, Preview } from '../use-cases/import/import-file.js';

const MAX_ERRORS = 200;

function toPreview({ plan, encoding, unreadable }: Preview): ProductImportPreview {
  const counts = plan?.counts ?? { NEW: 0, CHANGED: 0, RESTORED: 0, UNCHANGED: 0 };
  const errors = unreadable ? [unreadable] : (plan?.errors ?? []);
  return {
    token: plan?.errorCount === 0 ? plan.token : null,
    encoding: encoding ?? null,
    rows: plan?.rows ?? 0,
    created: counts.NEW,
    changed: counts.CHANGED,
    restored: counts.RESTORED,
    unchanged: counts.UNCHANGED,
    fields: [...(plan?.fields ?? [])].map(([name, products]) => ({ name, products })),
    changes: (plan?.samples ?? []).flatMap(({ kind, fields, ...row }) =>
      kind === 'UNCHANGED' ? [] : [{ ...row, kind, fields: [...fields] }],
    ),
    errorCount: unreadable ? 1 : (plan?.errorCount ?? 0),
    errors: errors.slice(0, MAX_ERRORS).map(({ line, message }) => ({ line: line ?? null, message })),
    otherStock: plan?.otherStock ?? 0,
  };
}

const CHANGED: UserError = {
  code: 'CONFLICT',
  message:
    'The file or its products have changed since the preview. Look at the new preview, then import again.',
  field: ['token'],
};

export function createProductImportResolvers(files: FileImports) {
  async function progressOf(id: string) {
    const progress = await files.progress(id);
    return progress ? { ...progress, id, refused: [...progress.refused] } : null;
  }
  return {
    Query: { productImport: (_, { id }) => progressOf(id) } satisfies QueryResolvers,
    Mutation: {
      uploadProductFilePart: (_, { input }) =>
        refusable({}, async () => {
          await files.upload(input);
          return {};
        }),
      previewProductImport: (_, { input }) =>
        refusable({ preview: null }, async () => ({ preview: toPreview(await files.preview(input)) })),
      startProductImport: async (_, { input }) => {
        const none = { import: null, preview: null };
        const payload = await refusable(none, async () => {
          const started = await files.start(input);
          return 'importId' in started
            ? { import: await progressOf(started.importId), preview: null }
            : { import: null, preview: toPreview(started.preview) };
        });
        return payload.preview ? { ...payload, userErrors: [CHANGED] } : payload;
      },
    } satisfies MutationResolvers,
  };
}
