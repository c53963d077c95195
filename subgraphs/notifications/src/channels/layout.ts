/** The content of a mail before layout, as plain text. */
export interface MailContent {
  readonly subject: string;
  readonly heading: string;
  readonly paragraphs: readonly string[];
  /** Rows of a small table, the amount on the right. */
  readonly rows?: readonly { readonly label: string; readonly amount: string }[];
  readonly total?: { readonly label: string; readonly amount: string };
  readonly button?: { readonly label: string; readonly url: string };
  readonly closing?: string;
}

const escapeHtml = (text: string): string =>
  text.replace(
    /[&<>"']/g,
    (character) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' })[character]!,
  );

/** In the text version, because mail programs wrap lines at about 78 characters. */
const MAX_LABEL = 52;

const SIGNATURE = 'The Cartograph team';

export function layOutText({ heading, paragraphs, rows = [], total, button, closing }: MailContent): string {
  const shorten = (label: string) => {
    const characters = [...label];
    return characters.length > MAX_LABEL ? `${characters.slice(0, MAX_LABEL - 1).join('')}…` : label;
  };
  const widthOf = (label: string) => [...shorten(label)].length;
  const width = Math.max(0, ...[...rows, ...(total ? [total] : [])].map(({ label }) => widthOf(label)));
  const line = ({ label, amount }: { label: string; amount: string }) =>
    `  ${shorten(label)}${' '.repeat(width - widthOf(label))}  ${amount}`;
  const table = [...rows.map(line), ...(total ? [`  ${'-'.repeat(width + 2)}`, line(total)] : [])].join('\n');
  return (
    [heading, ...paragraphs, table, button && `${button.label}: ${button.url}`, closing, SIGNATURE]
      .filter(Boolean)
      .join('\n\n') + '\n'
  );
}

/** Uses tables and inline styles, because mail programs support little else. */
export function layOutHtml({
  subject,
  heading,
  paragraphs,
  rows = [],
  total,
  button,
  closing,
}: MailContent): string {
  const cell = 'padding:8px 0;border-bottom:1px solid #e7e2d8;font-size:15px';
  const row = ({ label, amount }: { label: string; amount: string }, weight: number) =>
    `<tr><td style="${cell};font-weight:${weight}">${escapeHtml(label)}</td><td style="${cell};font-weight:${weight};text-align:right;white-space:nowrap">${escapeHtml(amount)}</td></tr>`;
  const table =
    rows.length > 0 || total
      ? `<table role="presentation" width="100%" cellspacing="0" style="margin:8px 0 20px;border-collapse:collapse">${rows.map((each) => row(each, 400)).join('')}${total ? row(total, 700) : ''}</table>`
      : '';
  const paragraph = (text: string) =>
    `<p style="margin:0 0 16px;font-size:16px;line-height:1.5">${escapeHtml(text)}</p>`;
  const link = button
    ? `<p style="margin:8px 0 24px"><a href="${escapeHtml(button.url)}" style="display:inline-block;background:#14532d;color:#ffffff;text-decoration:none;padding:12px 22px;border-radius:8px;font-size:16px;font-weight:600">${escapeHtml(button.label)}</a></p>`
    : '';
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escapeHtml(subject)}</title></head>
<body style="margin:0;background:#f5f2ec;color:#1c1917;font-family:Georgia,'Times New Roman',serif">
<table role="presentation" width="100%" cellspacing="0"><tr><td align="center" style="padding:24px 12px">
<table role="presentation" width="100%" cellspacing="0" style="max-width:560px;background:#ffffff;border-radius:12px"><tr><td style="padding:32px">
<p style="margin:0 0 24px;font-size:14px;letter-spacing:.12em;color:#14532d">CARTOGRAPH</p>
<h1 style="margin:0 0 20px;font-size:26px;line-height:1.25">${escapeHtml(heading)}</h1>
${paragraphs.map(paragraph).join('\n')}
${table}${link}${closing ? paragraph(closing) : ''}
<p style="margin:24px 0 0;font-size:15px;color:#57534e">${SIGNATURE}</p>
</td></tr></table></td></tr></table></body></html>
`;
}
