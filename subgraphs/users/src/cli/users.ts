import { runAsProgram } from './command.js';
import { usersCommand } from './users-command.js';

await runAsProgram(usersCommand);
