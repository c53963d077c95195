/** A migration's class. TypeORM stores its name, whose last 13 digits are the moment by which it orders migrations. */
export type MigrationClass = new () => { readonly name?: string };

const FILE_NAME = /^(\d{3})-[a-z0-9]+(-[a-z0-9]+)*$/;

/**
 * What is wrong with a list of migrations: numbers that are missing, repeated or out of order, and classes that TypeORM
 * would run in another order than their numbers say.
 * @param migrations by the names of their files, such as `001-create-orders`
 * @returns sentences, one for each fault
 */
export function migrationFaults(migrations: Readonly<Record<string, MigrationClass>>): string[] {
  const faults: string[] = [];
  let number = 0;
  let before: { name: string; moment: number } | undefined;
  const names = new Map<string, string>();
  for (const [file, Migration] of Object.entries(migrations)) {
    const given = FILE_NAME.exec(file)?.[1];
    const expected = String(number + 1).padStart(3, '0');
    if (given === undefined)
      faults.push(`The migration "${file}" must be named like its file, such as ${expected}-add-column.`);
    else if (given !== expected)
      faults.push(`The migration "${file}" is out of order: expected number ${expected}, got ${given}.`);
    number = given === undefined ? number + 1 : Number(given);

    const name = new Migration().name ?? Migration.name;
    const moment = Number(/\d{13}$/.exec(name)?.[0] ?? Number.NaN);
    if (Number.isNaN(moment))
      faults.push(`The migration "${file}" needs a class name that ends in 13 digits, got ${name}.`);
    else if (names.has(name))
      faults.push(`The migrations "${names.get(name)}" and "${file}" have the same name ${name}.`);
    else if (before && moment <= before.moment)
      faults.push(
        `The migration "${file}" would run before "${names.get(before.name)}": ${name} has the earlier number.`,
      );
    names.set(name, file);
    if (!Number.isNaN(moment)) before = { name, moment };
  }
  return faults;
}
