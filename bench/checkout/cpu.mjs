// CPU time of process trees, from /proc: Linux only.
import { readdirSync, readFileSync } from 'node:fs';

const TICK_MS = 10;

/** Milliseconds that a process and all it ever started have used. */
export function cpuOfTree(root) {
  const children = new Map();
  const used = new Map();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    let text;
    try {
      text = readFileSync(`/proc/${name}/stat`, 'utf8');
    } catch {
      continue; // It ended while we looked.
    }
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    const [parent, pid] = [Number(fields[1]), Number(name)];
    children.set(parent, [...(children.get(parent) ?? []), pid]);
    // utime, stime, and those of children that have ended.
    used.set(pid, fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks), 0) * TICK_MS);
  }
  const total = (pid) =>
    (used.get(pid) ?? 0) + (children.get(pid) ?? []).reduce((sum, child) => sum + total(child), 0);
  return total(root);
}
