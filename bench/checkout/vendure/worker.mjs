// Vendure's second process: search index and mails. Says by IPC when it works.
import { bootstrapWorker } from '@vendure/core';
import { config } from './config.mjs';

process.once('disconnect', () => process.exit());
const { app } = await bootstrapWorker(config).then(async (worker) => {
  await worker.startJobQueue();
  return worker;
});
app.enableShutdownHooks();
process.send('ready');
