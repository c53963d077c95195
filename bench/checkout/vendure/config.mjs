// A shop as `npx @vendure/create` sets one up, less its dashboard and asset server, which no purchase touches.
import { randomUUID } from 'node:crypto';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  DefaultJobQueuePlugin,
  DefaultLogger,
  DefaultSchedulerPlugin,
  DefaultSearchPlugin,
  dummyPaymentHandler,
  LogLevel,
} from '@vendure/core';
import { defaultEmailHandlers, EmailPlugin, FileBasedTemplateLoader } from '@vendure/email-plugin';

const emailPlugin = dirname(fileURLToPath(import.meta.resolve('@vendure/email-plugin/package.json')));

/** Reads DATABASE_URL, PORT (of the server) and MAIL_DIRECTORY, where mails become files. */
export const config = {
  apiOptions: {
    port: Number(process.env.PORT),
    hostname: '127.0.0.1',
    adminApiPath: 'admin-api',
    shopApiPath: 'shop-api',
    cors: false,
  },
  authOptions: {
    tokenMethod: 'bearer',
    requireVerification: false,
    superadminCredentials: { identifier: 'superadmin', password: randomUUID() },
  },
  dbConnectionOptions: { type: 'postgres', url: process.env.DATABASE_URL, synchronize: true, logging: false },
  paymentOptions: { paymentMethodHandlers: [dummyPaymentHandler] },
  logger: new DefaultLogger({ level: LogLevel.Warn }),
  plugins: [
    DefaultSchedulerPlugin.init(),
    // By default it does one job at a time, and falls behind.
    DefaultJobQueuePlugin.init({ useDatabaseForBuffer: true, concurrency: 10 }),
    DefaultSearchPlugin.init({ bufferUpdates: false, indexStockStatus: true }),
    EmailPlugin.init({
      transport: { type: 'file', outputPath: process.env.MAIL_DIRECTORY },
      handlers: defaultEmailHandlers,
      templateLoader: new FileBasedTemplateLoader(join(emailPlugin, 'templates')),
      globalTemplateVars: {
        fromAddress: '"Shop" <shop@example.com>',
        verifyEmailAddressUrl: '',
        passwordResetUrl: '',
        changeEmailAddressUrl: '',
      },
    }),
  ],
};
