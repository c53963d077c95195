import { keysCommand } from './keys-command.js';

const { code, text } = await keysCommand(process.argv.slice(2));
(code === 0 ? process.stdout : process.stderr).write(text);
process.exitCode = code;
