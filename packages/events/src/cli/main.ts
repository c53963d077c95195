import { runCommand } from './commands.js';
import { readCliConfig } from './config.js';

const { code, out, err } = await runCommand(process.argv.slice(2), readCliConfig);
process.stdout.write(out);
process.stderr.write(err);
process.exitCode = code;
