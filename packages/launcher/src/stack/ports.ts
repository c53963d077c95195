import { findFreePort, isPortFree } from '@cartograph/processes';
import { declaredServices, type ServiceDeclaration } from './services.js';

/** A fixed port is in use by another program. */
export class PortTakenError extends Error {
  override readonly name = 'PortTakenError';
}

/**
 * A port for each declared service, running or not, so that those which run know where the others would be:
 * consecutive ones from `firstPort`, else free ones.
 * @throws PortTakenError naming all ports that `started` services need and cannot have
 */
export async function choosePorts(
  started: readonly ServiceDeclaration[],
  firstPort: number | undefined,
): Promise<ReadonlyMap<string, number>> {
  const ports = new Map<string, number>();
  for (const { name, portOffset } of declaredServices) {
    ports.set(name, firstPort === undefined ? await findFreePort() : firstPort + portOffset);
  }
  const taken: string[] = [];
  for (const { name } of started) {
    if (!(await isPortFree(ports.get(name)!))) taken.push(`${ports.get(name)} (${name})`);
  }
  if (taken.length === 0) return ports;
  throw new PortTakenError(
    taken.length === 1
      ? `Port ${taken[0]} is taken by another program.`
      : `Ports ${taken.join(', ')} are taken by other programs.`,
  );
}
