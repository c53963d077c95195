// CPU seconds of this process and everything it started, from /proc (Linux only; 0 elsewhere).
import { readdirSync, readFileSync } from 'node:fs';

const TICKS_PER_SECOND = 100;

/** CPU seconds used so far by a process, its living descendants, and those that ended and were waited for. */
export function cpuSecondsOfTree(root = process.pid) {
  const childrenOf = new Map();
  const ticksOf = new Map();
  let entries;
  try {
    entries = readdirSync('/proc');
  } catch {
    return 0;
  }
  for (const entry of entries) {
    if (!/^\d+$/.test(entry)) continue;
    try {
      const stat = readFileSync(`/proc/${entry}/stat`, 'latin1');
      // The command's name is in parentheses and may hold spaces: count fields behind it.
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      const parent = Number(fields[1]);
      if (!childrenOf.has(parent)) childrenOf.set(parent, []);
      childrenOf.get(parent).push(Number(entry));
      ticksOf.set(
        Number(entry),
        [11, 12, 13, 14].reduce((sum, field) => sum + Number(fields[field]), 0),
      );
    } catch {
      // It has just ended; its parent's figure includes it.
    }
  }
  let ticks = 0;
  const open = [root];
  for (let pid = open.pop(); pid !== undefined; pid = open.pop()) {
    ticks += ticksOf.get(pid) ?? 0;
    open.push(...(childrenOf.get(pid) ?? []));
  }
  return ticks / TICKS_PER_SECOND;
}
