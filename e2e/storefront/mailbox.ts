import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { until } from '@cartograph/testing';
import type { Storefront } from './storefront.js';

/** Waits for a mail and answers the link in it, as the person to whom it was sent finds it. */
export async function followMail(
  { stack }: Storefront,
  to: string,
  path: '/reset-password' | '/confirm-email',
): Promise<string> {
  const folder = stack.environment('notifications')['MAIL_DIR']!;
  let link: string | undefined;
  await until(
    () => {
      const mails = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.eml')) : [];
      link = mails
        .map((name) => readFileSync(join(folder, name), 'utf8'))
        .filter((mail) => mail.includes(`To: ${to}`))
        // Quoted-printable: a long line is broken, and "=" is written as its code.
        .map((mail) => mail.replaceAll('=\r\n', '').replaceAll('=3D', '='))
        .flatMap((mail) => /https?:\/\/[^\s"<>]+/g[Symbol.match](mail) ?? [])
        .find((url) => new URL(url).pathname === path);
      return link !== undefined;
    },
    { timeoutMs: 60_000, what: `a mail to ${to} with a link to ${path}` },
  );
  return link!;
}
