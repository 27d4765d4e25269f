// The seccomp profile under a real engine: an unprivileged container may make sandboxes with it and cannot without; and the process that lays it.
import anyTest, { type TestFn } from 'ava';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { imageOf, profilePaths } from '../../../operator/install/names.ts';
import { workerProfileText } from '../../../operator/install/seccomp/profile.ts';
import { createContainer, removeContainer, startContainer, stopContainer, waitContainer } from '../../../plugin/dev/docker/containers.ts';
import { execInContainer } from '../../../plugin/dev/docker/exec.ts';
import { loadImage } from '../../../plugin/dev/docker/images.ts';
import { written } from '../../krew/containers.ts';
import { openDocker, sayLacking } from '../../support/docker.ts';
import { imageArchive } from '../../support/images.ts';

type Docker = NonNullable<Awaited<ReturnType<typeof openDocker>>>;
const test = anyTest as TestFn<{ readonly docker: Docker | undefined }>;
/** Where the engine can see it. */
const folder = mkdtempSync('/var/tmp/clrk-profile-');

test.before(async (t) => {
  const docker = await openDocker();
  t.context = { docker };
  if (docker) for (const name of ['operator', 'sandbox'] as const) await loadImage(docker.engine, await imageArchive(name));
});
test.after.always(async (t) => {
  await t.context.docker?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const unprivileged = { CapDrop: ['ALL'], ReadonlyRootfs: true, NetworkMode: 'none' };
const sandbox = ['bwrap', '--unshare-user', '--unshare-pid', '--unshare-uts', '--unshare-net', '--hostname', 'agent', '--ro-bind', '/', '/', '--', '/usr/bin/env', 'true'];
const plain = ['unshare', '--user', '--map-root-user', '--mount', '--', '/usr/bin/env', 'true'];

for (const [title, security, works] of [['with the profile', [`seccomp=${workerProfileText()}`], true], ["with the engine's own", [], false]] as const) {
  test.serial(`${title} an unprivileged container ${works ? 'makes' : 'cannot make'} sandboxes`, async (t) => {
    const { docker } = t.context;
    if (docker === undefined) return sayLacking(t);
    for (const [at, command] of [sandbox, plain].entries()) {
      const name = `profile-${works ? 'ours' : 'theirs'}-${at}`;
      await createContainer(docker.engine, name, { Image: imageOf('sandbox'), Entrypoint: command, HostConfig: { ...unprivileged, SecurityOpt: ['no-new-privileges', ...security] } });
      await startContainer(docker.engine, name);
      const code = await waitContainer(docker.engine, name);
      const { stderr } = await written(docker.engine, name);
      if (works) t.is(code, 0, `${command[0]}: ${stderr}`);
      else {
        t.not(code, 0);
        t.regex(stderr, /Operation not permitted|No permissions/);
      }
      await removeContainer(docker.engine, name);
    }
  });
}

test.serial('the process on a node lays the profile, says that it is ready, takes it away when told, and ends with SIGTERM', async (t) => {
  const { docker } = t.context;
  if (docker === undefined) return sayLacking(t);
  const [source, target] = [join(folder, 'source'), join(folder, 'target')];
  for (const path of [source, target]) mkdirSync(path);
  writeFileSync(join(source, 'worker.json'), workerProfileText());
  const laid = join(target, 'worker.json');
  for (const [duty, there] of [['write', true], ['remove', false]] as const) {
    const name = `node-${duty}`;
    await createContainer(docker.engine, name, {
      Image: imageOf('operator'),
      Entrypoint: ['/usr/local/bin/node', '/clrk/node-profile.js'],
      User: '0:0',
      Env: ['CLRK_PROBE_LISTEN=127.0.0.1:8084', `CLRK_PROFILE_DUTY=${duty}`, `CLRK_PROFILE_FILE=${profilePaths.source}/worker.json`, `CLRK_PROFILE_TARGET=${profilePaths.target}/worker.json`],
      HostConfig: { ...unprivileged, SecurityOpt: ['no-new-privileges'], Binds: [`${source}:${profilePaths.source}:ro`, `${target}:${profilePaths.target}`] },
    });
    await startContainer(docker.engine, name);
    const ask = "const { get } = require('node:http'); get('http://127.0.0.1:8084/readyz', ({ statusCode }) => process.exit(statusCode === 200 ? 0 : 1)).on('error', () => process.exit(1));";
    const ready = async (): Promise<boolean> => (await execInContainer(docker.engine, name, ['/usr/local/bin/node', '-e', ask])).code === 0;
    while (!(await ready())) t.is((await written(docker.engine, name)).stderr.includes('cannot be kept'), false);
    t.is(existsSync(laid), there);
    if (there) t.is(readFileSync(laid, 'utf8'), workerProfileText());
    await stopContainer(docker.engine, name, { graceSeconds: 5 });
    t.is(await waitContainer(docker.engine, name), 0);
    t.is(existsSync(laid), there, 'a pod that is replaced leaves the profile');
    await removeContainer(docker.engine, name);
  }
});
