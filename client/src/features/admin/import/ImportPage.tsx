import { useRef, useState, type FormEvent } from 'react';
import { Button } from '../../../components/Button.js';
import { Field } from '../../../components/Field.js';
import { Panel } from '../../../components/Panel.js';
import { SelectField } from '../../../components/SelectField.js';
import { ActionNotice } from '../components/ActionNotice.js';
import { PageHeader } from '../components/PageHeader.js';
import { useAction } from '../components/use-action.js';
import { ImportPreview } from './ImportPreview.js';
import { ImportResult } from './ImportResult.js';
import { useImport } from './use-import.js';

/** What a person can choose if the file's character set is not recognised. */
const ENCODINGS = [
  ['', 'Recognise it'],
  ['utf-8', 'UTF-8'],
  ['windows-1252', 'Western Europe (Windows-1252)'],
  ['windows-1250', 'Central Europe (Windows-1250)'],
  ['windows-1251', 'Cyrillic (Windows-1251)'],
  ['windows-1253', 'Greek (Windows-1253)'],
  ['windows-1254', 'Turkish (Windows-1254)'],
  ['macintosh', 'Macintosh (Western)'],
  ['cp850', 'DOS (Western)'],
  ['shift_jis', 'Japanese (Shift_JIS)'],
] as const;

/** Uploads a spreadsheet file, shows what it would change, and imports it. */
export function ImportPage() {
  const { show, begin, file, preview, importId, uploaded } = useImport();
  const { run, busy, problem, dismiss } = useAction();
  const input = useRef<HTMLInputElement>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  const [missing, setMissing] = useState(false);

  async function onPreview(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const encoding = String(new FormData(event.currentTarget).get('encoding') || '') || null;
    const chosen = input.current?.files?.[0];
    setMissing(!chosen);
    if (!chosen) return input.current?.focus();
    // People who use a keyboard or a screen reader continue at the result.
    if (await run('preview', () => show(chosen, encoding)))
      requestAnimationFrame(() => heading.current?.focus());
  }

  async function onImport() {
    await run('import', begin);
    requestAnimationFrame(() => heading.current?.focus());
  }

  return (
    <>
      <PageHeader
        back={['Catalogue', '/admin/catalogue']}
        title="Import"
        note="Nothing changes until you have seen the preview."
      />
      <Panel className="mb-6">
        <form onSubmit={(event) => void onPreview(event)} noValidate className="grid gap-4 sm:grid-cols-2">
          <Field
            ref={input}
            label="CSV file"
            type="file"
            name="file"
            accept=".csv,.tsv,.txt,.jsonl,.ndjson,text/csv"
            error={missing ? 'Choose a file.' : undefined}
            hint="The first line names the columns. “sku” and “price” make a price list, “sku” and “stock” a stock list."
          />
          <SelectField
            label="Character set"
            name="encoding"
            hint="Choose one only if the preview shows wrong letters or refuses the file."
          >
            {ENCODINGS.map(([value, label]) => (
              <option key={value} value={value}>
                {label}
              </option>
            ))}
          </SelectField>
          <div className="flex flex-wrap items-center gap-4 sm:col-span-2">
            <Button type="submit" isBusy={busy === 'preview'}>
              Show preview
            </Button>
            <p role="status" className="text-sm text-stone-600 dark:text-stone-400">
              {busy === 'preview' &&
                (uploaded < 1
                  ? `Uploading, ${Math.round(uploaded * 100)} %`
                  : 'Comparing the file with the catalogue')}
            </p>
          </div>
        </form>
      </Panel>
      <ActionNotice problem={problem} onDismiss={dismiss} />
      {importId ? (
        <ImportResult importId={importId} heading={heading} />
      ) : (
        preview &&
        file && (
          <ImportPreview
            preview={preview}
            fileName={file.fileName}
            heading={heading}
            isBusy={busy === 'import'}
            onImport={() => void onImport()}
          />
        )
      )}
    </>
  );
}
