// Installs what makes sandboxes stronger, where that is ours to do: as root, on Debian, and saying so.
import { spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';

/** Program and Debian package. Without all of them agents still run, in plain namespaces. */
const wanted = [['runsc', 'runsc'], ['bwrap', 'bubblewrap'], ['nft', 'nftables']] as const;
const folders = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];
const longestMs = 120_000;

function isInstalled(program: string): boolean {
  return folders.some((folder) => {
    try {
      accessSync(`${folder}/${program}`, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** Runs apt-get within the time that is left; the answer is its last complaint, or nothing when all went well. */
function aptGet(words: readonly string[], until: number, without: string): Promise<string | undefined> {
  const { [without]: _secret, ...env } = process.env;
  return new Promise((resolve) => {
    const child = spawn('apt-get', [...words], { env: { ...env, DEBIAN_FRONTEND: 'noninteractive' }, stdio: ['ignore', 'ignore', 'pipe'], timeout: Math.max(until - Date.now(), 1), killSignal: 'SIGTERM' });
    let complaints = '';
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => { complaints = (complaints + chunk).slice(-2000); });
    child.once('error', (error) => resolve(error.message));
    child.once('close', (code, signal) => {
      const last = complaints.trim().split('\n').findLast((line) => line.startsWith('E:')) ?? complaints.trim().split('\n').at(-1) ?? '';
      resolve(code === 0 ? undefined : signal ? `it took longer than ${longestMs / 1000} s` : last || `exit ${code}`);
    });
  });
}

/** `secret`: a variable that no child may see. Never fails: what can't be installed is said and done without. */
export async function installSandboxes(say: (line: string) => void, secret: string): Promise<void> {
  const missing = wanted.filter(([program]) => !isInstalled(program)).map(([, name]) => name);
  if (missing.length === 0 || process.platform !== 'linux') return;
  const command = `apt-get install ${missing.join(' ')}`;
  if (process.getuid?.() !== 0 || !isInstalled('apt-get')) return say(`for stronger isolation install ${missing.join(', ')}; it works without`);
  say(`installing ${missing.join(', ')} for stronger isolation (${command}); --no-install does without`);
  const until = Date.now() + longestMs;
  const install = ['-o', 'DPkg::Lock::Timeout=20', 'install', '-y', '--no-install-recommends', ...missing];
  let problem = await aptGet(install, until, secret);
  // A fresh machine has no list of packages yet.
  if (problem !== undefined) problem = (await aptGet(['update', '-q'], until, secret)) ?? (await aptGet(install, until, secret));
  if (problem !== undefined) say(`installing them did not work (${problem}); going on without`);
}
