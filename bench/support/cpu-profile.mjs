// Loaded with `--import` by a process to be profiled: writes `CPU_PROFILE_DIR/<pid>.cpuprofile` when it ends, for Chrome's
// developer tools. (`--cpu-prof` would do it, but Node 20 does not take that from NODE_OPTIONS.)
import { mkdirSync, writeFileSync } from 'node:fs';
import { Session } from 'node:inspector';
import { join } from 'node:path';

const directory = process.env.CPU_PROFILE_DIR;
mkdirSync(directory, { recursive: true });
const session = new Session();
session.connect();
session.post('Profiler.enable');
session.post('Profiler.start');
process.on('exit', () =>
  session.post('Profiler.stop', (error, result) => {
    if (error) throw error;
    writeFileSync(join(directory, `${process.pid}.cpuprofile`), JSON.stringify(result.profile));
  }),
);
