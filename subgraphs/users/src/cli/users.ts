import { usersCommand } from './users-command.js';

const { code, text } = await usersCommand(process.argv.slice(2));
(code === 0 ? process.stdout : process.stderr).write(text);
process.exitCode = code;
