import { useEffect, type RefObject } from 'react';
import { ProblemNotice } from '../../../components/ProblemNotice.js';
import { ButtonLink } from '../components/ButtonLink.js';
import { Table } from '../components/Table.js';
import { useAdminImportQuery } from './AdminImport.generated.js';

const POLL_MS = 1_000;

interface ImportResultProps {
  readonly importId: string;
  readonly heading: RefObject<HTMLHeadingElement | null>;
}

/** How far an import has come, and what it did. */
export function ImportResult({ importId, heading }: ImportResultProps) {
  const { data, error, refetch, startPolling, stopPolling } = useAdminImportQuery({
    variables: { id: importId },
    fetchPolicy: 'network-only',
  });
  const found = data?.productImport;
  const isFinished = found?.isFinished === true;
  useEffect(() => {
    if (isFinished) return undefined;
    startPolling(POLL_MS);
    return stopPolling;
  }, [isFinished, startPolling, stopPolling]);
  const done = found ? found.created + found.updated + found.unchanged + found.refused.length : 0;
  return (
    <section aria-labelledby="import-result">
      <h2 id="import-result" ref={heading} tabIndex={-1} className="mb-3 text-xl font-semibold">
        {isFinished ? 'Import finished' : 'Importing'}
      </h2>
      {error && <ProblemNotice error={error} onRetry={refetch} />}
      <p role="status" className="mb-4">
        {found &&
          (isFinished
            ? `${found.created} new, ${found.updated} changed, ${found.unchanged} unchanged.`
            : `${done.toLocaleString('en')} of ${found.rows.toLocaleString('en')} rows. It continues if you leave this page.`)}
      </p>
      {found && !isFinished && (
        <progress max={found.rows} value={done} className="mb-4 w-full" aria-label="Import" />
      )}
      {found && found.refused.length > 0 && (
        <>
          <p className="mb-3">
            These products were changed during the import, so their rows were not imported:
          </p>
          <Table label="Not imported" columns={['SKU', 'Why']}>
            {found.refused.map(({ sku, message }) => (
              <tr key={sku}>
                <td className="font-mono text-xs">{sku}</td>
                <td>{message}</td>
              </tr>
            ))}
          </Table>
        </>
      )}
      {isFinished && (
        <ButtonLink to="/admin/catalogue" look="secondary">
          Back to the catalogue
        </ButtonLink>
      )}
    </section>
  );
}
