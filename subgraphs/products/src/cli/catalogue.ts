import { catalogueCommand } from './catalogue-command.js';

process.exitCode = await catalogueCommand(process.argv.slice(2), {
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
});
