import type { DataSource, EntityManager } from 'typeorm';
import type { Zone } from '../domain/zone.js';
import type { ShippingStore, ZoneChange } from './store.js';
import { MethodTable, ZoneTable } from './tables.js';

interface Deps {
  readonly database: DataSource;
}

export function createShippingStore({ database }: Deps): ShippingStore {
  /** One statement, so that a zone never appears without its methods. */
  const findZones = async (manager: EntityManager): Promise<Zone[]> =>
    (await manager
      .createQueryBuilder(ZoneTable, 'zone')
      .leftJoinAndMapMany('zone.methods', 'method', 'method', 'method.zoneId = zone.id')
      .orderBy({
        'zone.createdAt': 'ASC',
        'zone.id': 'ASC',
        'method.createdAt': 'ASC',
        'method.id': 'ASC',
      })
      .getMany()) as unknown as Zone[];

  async function apply(manager: EntityManager, change: ZoneChange): Promise<void> {
    if ('save' in change) {
      const { methods: _methods, ...row } = change.save;
      await manager.upsert(ZoneTable, row, ['id']);
    } else if ('remove' in change) await manager.delete(ZoneTable, { id: change.remove.id });
    else if ('saveMethod' in change) await manager.upsert(MethodTable, change.saveMethod, ['id']);
    else await manager.delete(MethodTable, { id: change.removeMethod.id });
  }

  /** Whether zones overlap depends on all of them, so their changes run one after another. Readers do not wait. */
  const exclusively = <Result>(run: (manager: EntityManager) => Promise<Result>): Promise<Result> =>
    database.transaction(async (manager) => {
      await manager.query('LOCK TABLE zones IN SHARE ROW EXCLUSIVE MODE');
      return run(manager);
    });

  return {
    findZones: () => findZones(database.manager),
    change: (decide) =>
      exclusively(async (manager) => {
        const change = decide(await findZones(manager));
        if (change) await apply(manager, change);
        return change;
      }),
    insertFirst: (zones) =>
      exclusively(async (manager) => {
        if (await manager.existsBy(ZoneTable, {})) return false;
        for (const { methods, ...zone } of zones) {
          await manager.insert(ZoneTable, zone);
          await manager.insert(MethodTable, [...methods]);
        }
        return true;
      }),
  };
}
