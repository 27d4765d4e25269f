// Chooses the runtime by trying each in earnest, the strongest first; a required one is never replaced by a weaker one.
import { mkdirSync, openSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { BadSetting } from './config.ts';
import type { RuntimeChoice } from './contract.ts';
import { hostRoot } from './host-files.ts';
import type { Group } from './limits.ts';
import { freeNetwork, makeNetwork } from './network.ts';
import { killTree } from './processes.ts';
import { ownFiles } from './root.ts';
import { defaultPath, type Launch, type Runtime } from './runtime.ts';
import type { Interception } from './sockets.ts';
import type { Inside } from './thread.ts';

/** One rung: how to find the runtime here, and how to get it. */
export interface Rung {
  readonly name: RuntimeChoice['name'];
  /** The program that must be there, and the Debian package that brings it. */
  readonly program: string;
  readonly find: () => Promise<Runtime>;
}

export interface Site {
  readonly inside: Inside;
  readonly runDir: string;
  readonly rulesFile: string;
  readonly wrap: Group['wrap'];
}

export interface Chosen {
  readonly runtime: Runtime;
  readonly choice: RuntimeChoice;
}

const probeMs = 15_000;

/** Climbs down until a rung holds; throws BadSetting when the required one, or every one, does not. */
export async function chooseRuntime(site: Site, rungs: readonly Rung[], required: RuntimeChoice['name'] | undefined): Promise<Chosen> {
  const { interception, why } = await chooseInterception(site);
  const lacks = [...why];
  for (const rung of rungs) {
    if (required !== undefined && rung.name !== required) continue;
    try {
      const runtime = await rung.find();
      await probe(site, runtime, interception);
      return { runtime, choice: { name: runtime.name, detail: runtime.detail, interception, missing: lacks } };
    } catch (error) {
      const reason = `${rung.name}: ${error instanceof Error ? error.message : String(error)}`;
      if (required !== undefined) throw new BadSetting(`CLRK_SANDBOX: ${reason}; install the Debian package ${rung.program} or leave the choice open`);
      lacks.push(reason);
    }
  }
  throw new BadSetting(`no sandbox can be started on this machine: ${lacks.join('; ')}`);
}

/** Every port where nftables can steer, else the two that are listened on. */
async function chooseInterception(site: Site): Promise<{ readonly interception: Interception; readonly why: readonly string[] }> {
  try {
    const network = await makeNetwork(site.inside, true, 'tproxy', site.rulesFile);
    const isSteered = await site.inside.steers(network.fd).finally(() => freeNetwork(network));
    if (!isSteered) throw new Error('nft took the rules and nothing came of them');
    return { interception: 'tproxy', why: [] };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const told = reason.includes('ENOENT') ? 'nftables is not installed' : reason;
    return { interception: 'ports', why: [`only ports 80 and 443 are intercepted, every other one is closed: ${told}`] };
  }
}

/** Runs /bin/true the way an agent would be run. */
async function probe(site: Site, runtime: Runtime, interception: Interception): Promise<void> {
  const scratch = join(site.runDir, 'probe');
  mkdirSync(scratch, { recursive: true, mode: 0o700 });
  const network = await makeNetwork(site.inside, false, interception, site.rulesFile);
  const said = join(scratch, 'said');
  const image = hostRoot(join(scratch, 'root'));
  const own = ownFiles(join(scratch, 'own'), { hostName: 'probe' }, image.bundles);
  const env = { PATH: defaultPath };
  const { root, workdir, user } = image;
  const launch: Launch = { id: 'probe', scratch, root, binds: [...image.binds, ...own], command: ['/bin/true'], env, workdir, user, memoryBytes: 0 };
  try {
    const start = site.wrap(runtime.start(launch), runtime);
    const stdio = ['ignore' as const, openSync(said, 'a'), openSync(said, 'a'), ...start.fds];
    const started = await site.inside.spawn(network.fd, { file: start.file, args: start.args, env: start.env, stdio });
    let isLate = false;
    const late = setTimeout(() => {
      isLate = true;
      killTree(started.pid);
    }, probeMs);
    const { code } = await started.exited;
    clearTimeout(late);
    if (isLate) throw new Error(`/bin/true did not end within ${probeMs / 1000} seconds`);
    if (code !== 0) throw new Error(`/bin/true could not be run in it: ${lastLine(said) || `exit code ${code}`}`);
  } finally {
    runtime.clean(launch);
    freeNetwork(network);
    rmSync(scratch, { recursive: true, force: true });
  }
}

function lastLine(file: string): string {
  return readFileSync(file, 'utf8').trim().split('\n').at(-1)?.slice(0, 300) ?? '';
}
