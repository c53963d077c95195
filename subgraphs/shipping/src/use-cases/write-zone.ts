import type { AreaInput } from '../domain/area.js';
import { checkVersion, checkZone } from '../domain/write-rules.js';
import { readZone, type Zone } from '../domain/zone.js';
import { zoneOf, type Deps } from './deps.js';

type Given<T> = T | null | undefined;

export interface ZoneInput {
  readonly name: string;
  readonly areas: readonly AreaInput[];
}

export interface ZoneChanges {
  readonly id: string;
  readonly version?: Given<number>;
  readonly name?: Given<string>;
  readonly areas?: Given<readonly AreaInput[]>;
}

/** Creates, changes and deletes zones. Each function throws Refusal. */
export const createWriteZone = ({ store, clock, newId }: Deps) => ({
  async createZone(input: ZoneInput): Promise<Zone> {
    const zone: Zone = { ...readZone(input), id: newId(), methods: [], version: 1, createdAt: clock() };
    await store.change((zones) => {
      checkZone(zone, zones);
      return { save: zone };
    });
    return zone;
  },

  /** Absent and null fields keep their values. */
  async updateZone({ id, version, name, areas }: ZoneChanges): Promise<Zone> {
    const { save } = await store.change((zones) => {
      const current = zoneOf(zones, id);
      checkVersion('zone', current, version);
      const terms = readZone({ name: name ?? current.name, areas: areas ?? current.areas });
      const zone = { ...current, ...terms, version: current.version + 1 };
      checkZone(zone, zones);
      return { save: zone };
    });
    return save;
  },

  /** @returns the zone as it was, with its methods */
  async deleteZone({ id, version }: Pick<ZoneChanges, 'id' | 'version'>): Promise<Zone> {
    const { remove } = await store.change((zones) => {
      const current = zoneOf(zones, id);
      checkVersion('zone', current, version);
      return { remove: current };
    });
    return remove;
  },
});
