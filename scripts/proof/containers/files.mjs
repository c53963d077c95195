// docker-compose.yml and docker-bake.hcl, as the tools read them.
import { execFileSync } from 'node:child_process';
import { demand, folderOf, SERVICES } from './images.mjs';

export function proveFiles({ run }, checkout, say) {
  run('docker', ['compose', 'config', '--quiet'], { cwd: checkout });
  run('docker', ['compose', '--profile', 'observability', 'config', '--quiet'], { cwd: checkout });
  // This machine's own Compose, which is another version than the engine's.
  const first = (...args) =>
    execFileSync('docker-compose', args, {
      cwd: checkout,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
    });
  let version = '';
  try {
    version = first('version', '--short').trim();
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
  }
  if (version.startsWith('1.')) first('config', '--quiet');
  say(
    `docker-compose.yml is valid for Compose 2${version.startsWith('1.') ? ` and ${version}` : '; there is no Compose 1 here to ask'}`,
  );
}

/** docker-bake.hcl as the pipeline reads it: every service, for both platforms. */
export function proveBake({ run }, checkout, say) {
  const plan = JSON.parse(
    run('docker', ['buildx', 'bake', '--file', 'docker-bake.hcl', '--print'], {
      cwd: checkout,
      stdio: ['ignore', 'pipe', 'ignore'],
    }),
  );
  for (const service of SERVICES) {
    const target = plan.target[service];
    demand(target?.args.SERVICE === folderOf(service), `docker-bake.hcl does not build ${service}`);
    demand(
      target.platforms.join() === 'linux/amd64,linux/arm64',
      `${service} is built for ${target.platforms}`,
    );
  }
  say('docker-bake.hcl, as buildx reads it: seven images for linux/amd64 and linux/arm64');
}
