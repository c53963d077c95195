import { useState } from 'react';
import { useAdminPreviewImportMutation } from './AdminPreviewImport.generated.js';
import { useAdminStartImportMutation } from './AdminStartImport.generated.js';
import { useAdminUploadFilePartMutation } from './AdminUploadFilePart.generated.js';
import type { ImportPreviewPartsFragment } from './ImportPreviewParts.generated.js';

/** The server takes at most this much in one part, and 100 parts. */
const PART_BYTES = 512 * 1024;
const MAX_BYTES = 100 * PART_BYTES;

export interface ChosenFile {
  readonly fileId: string;
  readonly fileName: string;
  readonly encoding: string | null;
}

/** The steps of an import: upload and preview a file, then import what the preview showed. */
export function useImport() {
  const [upload] = useAdminUploadFilePartMutation();
  const [preview] = useAdminPreviewImportMutation();
  const [start] = useAdminStartImportMutation();
  const [seen, setSeen] = useState<{ file: ChosenFile; preview: ImportPreviewPartsFragment }>();
  const [importId, setImportId] = useState<string>();
  /** Of the file that is being uploaded, from 0 to 1. */
  const [uploaded, setUploaded] = useState(0);

  async function show(chosen: File, encoding: string | null) {
    setSeen(undefined);
    setImportId(undefined);
    setUploaded(0);
    if (chosen.size > MAX_BYTES)
      return [
        {
          message:
            `The file has ${Math.ceil(chosen.size / 2 ** 20)} MB; this page reads up to ${MAX_BYTES / 2 ** 20} MB. ` +
            'Split it, or import it with "npm run catalogue -- import FILE".',
        },
      ];
    const file = { fileId: crypto.randomUUID(), fileName: chosen.name, encoding };
    for (let position = 0; position * PART_BYTES < chosen.size; position++) {
      const part = chosen.slice(position * PART_BYTES, (position + 1) * PART_BYTES);
      const content = toBase64(new Uint8Array(await part.arrayBuffer()));
      const { data } = await upload({ variables: { input: { fileId: file.fileId, position, content } } });
      const errors = data?.uploadProductFilePart.userErrors ?? [];
      if (errors.length > 0) return errors;
      setUploaded(Math.min(1, ((position + 1) * PART_BYTES) / chosen.size));
    }
    const { data } = await preview({ variables: { input: file } });
    const result = data?.previewProductImport;
    if (result?.preview) setSeen({ file, preview: result.preview });
    return result?.userErrors;
  }

  async function begin() {
    if (!seen?.preview.token) return [];
    const { data } = await start({ variables: { input: { ...seen.file, token: seen.preview.token } } });
    const result = data?.startProductImport;
    if (result?.import) setImportId(result.import.id);
    else if (result?.preview) setSeen({ file: seen.file, preview: result.preview });
    return result?.userErrors;
  }

  return { show, begin, file: seen?.file, preview: seen?.preview, importId, uploaded };
}

function toBase64(bytes: Uint8Array): string {
  let text = '';
  // In pieces, because a call takes a limited number of arguments.
  for (let at = 0; at < bytes.length; at += 8_192)
    text += String.fromCharCode(...bytes.subarray(at, at + 8_192));
  return btoa(text);
}
