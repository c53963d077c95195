import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import nodemailer from 'nodemailer';
import type { Notification } from '../domain/notification.js';

export interface Mailer {
  /** Resolves when the mail server (or the disk) has accepted the mail; rejects if that is uncertain. */
  send(notification: Pick<Notification, 'id' | 'to' | 'subject' | 'text' | 'html'>): Promise<void>;
  close(): void;
}

export interface MailerOptions {
  readonly from: string;
  /** `smtp://…`; without it, mails are written to `.eml` files in `directory`. */
  readonly smtpUrl: string | undefined;
  readonly directory: string;
}

/**
 * Sends mails by SMTP, or writes them to files. A notification always has the same Message-ID (and file name). If a crash
 * between sending and recording it causes a second send, mail programs show it once.
 */
export function createMailer({ from, smtpUrl, directory }: MailerOptions): Mailer {
  const messageOf = ({ id, to, subject, text, html }: Parameters<Mailer['send']>[0]) => ({
    from,
    // Not as text, where a comma would separate two addresses.
    to: { name: '', address: to },
    subject,
    text,
    html,
    messageId: `<${id}@cartograph>`,
    // Tells automatic responders not to reply: https://www.rfc-editor.org/rfc/rfc3834#section-5
    headers: { 'Auto-Submitted': 'auto-generated' },
  });

  if (smtpUrl) {
    const transport = nodemailer.createTransport(smtpUrl);
    return {
      async send(notification) {
        await transport.sendMail(messageOf(notification));
      },
      close: () => transport.close(),
    };
  }
  const composer = nodemailer.createTransport({ streamTransport: true, buffer: true, newline: 'windows' });
  return {
    async send(notification) {
      const { message } = await composer.sendMail(messageOf(notification));
      const file = join(directory, `${notification.id}.eml`);
      // Written under another name first, so that no reader sees an incomplete mail.
      const write = () => writeFile(`${file}.part`, message as Buffer);
      await write().catch(async (error: NodeJS.ErrnoException) => {
        if (error.code !== 'ENOENT') throw error;
        await mkdir(directory, { recursive: true });
        await write();
      });
      await rename(`${file}.part`, file);
    },
    close: () => composer.close(),
  };
}
