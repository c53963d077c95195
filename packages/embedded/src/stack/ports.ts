import { findFreePort, isPortFree } from '../process/free-port.js';
import type { ServiceDeclaration } from './services.js';

/** A fixed port belongs to another program. */
export class PortTakenError extends Error {
  override readonly name = 'PortTakenError';
}

/**
 * A port for each service: consecutive ones from `firstPort`, else free ones.
 * @throws PortTakenError naming all that are taken
 */
export async function choosePorts(
  services: readonly ServiceDeclaration[],
  firstPort: number | undefined,
): Promise<Map<string, number>> {
  const ports = new Map<string, number>();
  for (const { name, portOffset } of services) {
    ports.set(name, firstPort === undefined ? await findFreePort() : firstPort + portOffset);
  }
  const taken: string[] = [];
  for (const [name, port] of ports) if (!(await isPortFree(port))) taken.push(`${port} (${name})`);
  if (taken.length === 0) return ports;
  throw new PortTakenError(
    taken.length === 1
      ? `Port ${taken[0]} is taken by another program.`
      : `Ports ${taken.join(', ')} are taken by other programs.`,
  );
}
