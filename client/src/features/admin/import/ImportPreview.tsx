import type { RefObject } from 'react';
import { Button } from '../../../components/Button.js';
import { Badge, words } from '../components/Badge.js';
import { Table } from '../components/Table.js';
import type { ImportPreviewPartsFragment } from './ImportPreviewParts.generated.js';

type Change = ImportPreviewPartsFragment['changes'][number];

const TONES = { NEW: 'good', CHANGED: 'info', RESTORED: 'wait' } as const;

interface ImportPreviewProps {
  readonly preview: ImportPreviewPartsFragment;
  readonly fileName: string;
  /** Gets the focus when the preview appears. */
  readonly heading: RefObject<HTMLHeadingElement | null>;
  readonly isBusy: boolean;
  readonly onImport: () => void;
}

const count = (number: number, one: string, many: string) =>
  `${number.toLocaleString('en')} ${number === 1 ? one : many}`;

/** What an import of the file would change, or what is wrong with it. */
export function ImportPreview({ preview, fileName, heading, isBusy, onImport }: ImportPreviewProps) {
  const { created, changed, restored, unchanged, changes, errorCount, otherStock, encoding } = preview;
  const changing = created + changed + restored;
  return (
    <section aria-labelledby="import-preview">
      <h2 id="import-preview" ref={heading} tabIndex={-1} className="mb-3 text-xl font-semibold break-words">
        {errorCount > 0 ? `${count(errorCount, 'error', 'errors')} in ${fileName}` : `Preview of ${fileName}`}
      </h2>
      {errorCount > 0 ? (
        <Errors preview={preview} />
      ) : (
        <>
          <dl className="mb-4 grid grid-cols-2 gap-2 text-center sm:grid-cols-4">
            {(
              [
                ['New', created],
                ['Changed', changed],
                ['Back on sale', restored],
                ['Unchanged', unchanged],
              ] as const
            ).map(([label, number]) => (
              <div key={label} className="rounded-xl bg-stone-100 p-3 dark:bg-stone-800">
                <dt className="text-xs text-stone-600 dark:text-stone-300">{label}</dt>
                <dd className="text-2xl font-semibold tabular-nums">{number.toLocaleString('en')}</dd>
              </div>
            ))}
          </dl>
          {preview.fields.length > 0 && (
            <p className="mb-2 text-sm">
              Changed fields: {preview.fields.map(({ name, products }) => `${name} (${products})`).join(', ')}
              .
            </p>
          )}
          {encoding !== 'utf-8' && (
            <p className="mb-2 text-sm">The file was read as {encoding}. Check that the letters are right.</p>
          )}
          {otherStock > 0 && (
            <p className="mb-2 text-sm">
              The stock of {count(otherStock, 'product', 'products')} differs from the file and stays as it
              is. To set it, import a file that has only the columns sku and stock.
            </p>
          )}
          <div className="my-4 flex flex-wrap items-center gap-4">
            {changing > 0 ? (
              <Button isBusy={isBusy} onClick={onImport}>
                Import {count(changing, 'product', 'products')}
              </Button>
            ) : (
              <p>The catalogue is already as the file says.</p>
            )}
          </div>
          {changes.length > 0 && (
            <>
              <Table label="Changes" columns={[{ number: 'Line' }, 'SKU', '', 'Changes']}>
                {changes.map((change) => (
                  <ChangeRow key={change.line} change={change} />
                ))}
              </Table>
              {changing > changes.length && (
                <p className="mt-2 text-sm text-stone-600 dark:text-stone-400">
                  And {count(changing - changes.length, 'more row', 'more rows')}.
                </p>
              )}
            </>
          )}
        </>
      )}
    </section>
  );
}

function Errors({ preview: { errors, errorCount } }: { readonly preview: ImportPreviewPartsFragment }) {
  return (
    <>
      <p className="mb-3">Nothing can be imported until the file is right. Correct it and choose it again.</p>
      <Table label="Errors" columns={[{ number: 'Line' }, 'What is wrong']}>
        {errors.map(({ line, message }, index) => (
          <tr key={index}>
            <td className="tabular-nums">{line ?? '–'}</td>
            <td className="min-w-64 break-words">{message}</td>
          </tr>
        ))}
      </Table>
      {errorCount > errors.length && (
        <p className="mt-2 text-sm">And {count(errorCount - errors.length, 'more error', 'more errors')}.</p>
      )}
    </>
  );
}

function ChangeRow({ change: { line, sku, kind, fields } }: { readonly change: Change }) {
  return (
    <tr className="align-top">
      <td className="tabular-nums">{line}</td>
      <td className="font-mono text-xs break-all">{sku}</td>
      <td>
        <Badge tone={TONES[kind]}>{words(kind)}</Badge>
      </td>
      <td className="min-w-56">
        <ul className="grid gap-1">
          {fields.map(({ name, before, after }) => (
            <li key={name} className="break-words">
              <span className="text-stone-600 dark:text-stone-400">{name}</span>{' '}
              {kind !== 'NEW' && (
                <>
                  <del>{before || '(empty)'}</del> <span aria-hidden>→</span>{' '}
                </>
              )}
              <ins className="no-underline">{after || '(empty)'}</ins>
            </li>
          ))}
        </ul>
      </td>
    </tr>
  );
}
