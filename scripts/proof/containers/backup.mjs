// Backup and restore, also when a store is down, a disk is full or a backup is damaged.
import { execFile, execFileSync } from 'node:child_process';
import { appendFileSync, cpSync, existsSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { demand } from './images.mjs';
import { fillCart, inventory } from './inventory.mjs';

const execute = promisify(execFile);

/** The output of a script that must fail with a reason. */
function failing({ run }, checkout, name, ...args) {
  try {
    run(join(checkout, 'scripts', name), args, { cwd: checkout, stdio: ['ignore', 'pipe', 'pipe'] });
  } catch ({ stderr, status }) {
    if (status > 0) return stderr;
  }
  throw new Error(`scripts/${name} ${args.join(' ')} did not fail`);
}

const freshFolder = (work) => {
  const folder = join(work, 'backups');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  return folder;
};
const script = ({ run }, checkout, name, ...args) =>
  run(join(checkout, 'scripts', name), args, { cwd: checkout });

/** A failed backup leaves nothing behind: no folder, no setting of Redis, no stopped shop. */
export async function proveFailingBackup(engine, shop, work, say) {
  const { checkout, compose } = shop;
  const folder = freshFolder(work);
  const leavesNothing = async (what, target) => {
    demand(
      /No backup was made/.test(failing(engine, checkout, 'backup.sh', target)),
      `backup.sh did not say that it made none: ${what}`,
    );
    for (const path of [target, `${target}.partial`])
      demand(!existsSync(path), `${path} was left behind: ${what}`);
    const rewrite = compose(
      'exec',
      '-T',
      'redis',
      'redis-cli',
      'config',
      'get',
      'auto-aof-rewrite-percentage',
    );
    demand(rewrite.trim().endsWith('\n100'), `Redis no longer rewrites its files: ${what}`);
  };

  compose('stop', 'mongodb');
  await leavesNothing('MongoDB is down', join(folder, 'halted'));
  compose('start', 'mongodb');
  await shop.isOpen();
  await shop.walk();
  // The size of each part, for a disk that has room for all but the last one, while Redis must not rewrite its files.
  const sample = join(folder, 'sample');
  script(engine, checkout, 'backup.sh', sample, '--live');
  const pages = (part) => Math.ceil(statSync(join(sample, part)).size / 4096);
  const dumps = readdirSync(sample).filter((part) => part.endsWith('dump'));
  const disk = join(folder, 'disk');
  mkdirSync(disk);
  for (const size of [16, dumps.reduce((sum, part) => sum + pages(part), 4)]) {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size * 4096}`, 'proof', disk]);
    try {
      await leavesNothing(`a disk of ${size * 4} KB`, join(disk, 'backup'));
    } finally {
      execFileSync('umount', [disk]);
    }
  }
  await shop.isOpen();
  await shop.walk();
  say(
    'a store that is down and a disk that is full leave no backup behind, Redis as it was, and the shop open',
  );
}

/** A backup, a refusal where a restore would destroy data, a restore over a shop that continued, and one into empty volumes. */
export async function proveBackup(engine, shop, work, say) {
  const { url, checkout, compose } = shop;
  const folder = freshFolder(work);
  const on = (database, sql) =>
    compose('exec', '-T', 'postgres', 'psql', '-U', 'postgres', '-qtA', '-d', database, '-c', sql).trim();
  // Left behind by a run that stopped here.
  on('orders', 'DROP TABLE IF EXISTS of_later; DROP SCHEMA IF EXISTS later CASCADE');
  on('postgres', 'DROP DATABASE IF EXISTS later');
  await fillCart(url);
  const before = await inventory(url);
  const backup = join(folder, 'whole');
  const began = Date.now();
  script(engine, checkout, 'backup.sh', backup);
  const seconds = (from) => `${((Date.now() - from) / 1000).toFixed(0)} s`;
  const took = seconds(began);
  await shop.isOpen();
  say(`backed up in ${took}: ${execFileSync('du', ['-sh', backup], { encoding: 'utf8' }).split('\t')[0]}`);
  await shop.walk();

  const live = execute(join(checkout, 'scripts', 'backup.sh'), [join(folder, 'live'), '--live'], {
    env: engine.env,
  });
  await Promise.all([shop.walk(), live]);
  say('backed up with --live while a customer buys');

  demand(
    /not empty.*Postgres: .*MongoDB: .*Redis: /s.test(failing(engine, checkout, 'restore.sh', backup)),
    'restore.sh did not say that the stores are not empty',
  );
  const damaged = join(folder, 'damaged');
  cpSync(backup, damaged, { recursive: true });
  appendFileSync(join(damaged, 'orders.pgdump'), '!');
  demand(
    /not a whole/.test(failing(engine, checkout, 'restore.sh', damaged, '--yes')),
    'restore.sh took a damaged backup',
  );
  await shop.walk();
  say('restore.sh refuses stores with data, and a damaged backup; the shop continues');

  const restore = async (where, ...more) => {
    const start = Date.now();
    script(engine, checkout, 'restore.sh', backup, ...more);
    await shop.isOpen();
    const open = seconds(start);
    const after = await inventory(url);
    demand(
      JSON.stringify(after) === JSON.stringify(before),
      `Restored ${where}: ${JSON.stringify(after)}, not ${JSON.stringify(before)}`,
    );
    const audit = compose('exec', '-T', 'products', 'node', 'dist/cli/stock-audit.js').trim();
    await shop.walk();
    const { orders, users, products } = after;
    say(
      `restored ${where}, open after ${open}: ${orders} orders, ${users} users, ${products} products. ${audit}`,
    );
  };
  // A table and a database of a later version, which the backup does not contain, and an event in a queue.
  on('orders', 'CREATE TABLE of_later (id int); CREATE SCHEMA later; CREATE TABLE later.of_later (id int)');
  on('postgres', 'CREATE DATABASE later');
  on('later', 'CREATE TABLE of_later (id int)');
  const rabbit = (...args) => compose('exec', '-T', 'rabbitmq', 'rabbitmqctl', '--quiet', ...args);
  rabbit(
    'eval',
    'rabbit_amqqueue:declare(rabbit_misc:r(<<"/">>, queue, <<"of-later">>), true, false, [], none, <<"proof">>).',
  );
  await restore('over a shop that continued', '--yes');
  for (const database of ['orders', 'later'])
    demand(
      on(database, "SELECT count(*) FROM pg_tables WHERE tablename = 'of_later'") === '0',
      `A later table survived in ${database}`,
    );
  demand(!rabbit('list_queues', 'name').includes('of-later'), 'A queue survived');
  say('no table, database or queue from after the backup is left');
  compose('down', '--volumes', '--timeout', '12');
  await restore('into empty volumes');
}
