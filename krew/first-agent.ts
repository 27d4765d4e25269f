// `npm run first-agent`: the first example on a bare machine, with a made-up key where none is set, and stronger isolation where it can be had.
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { processContext } from '../plugin/context.ts';
import { run } from '../plugin/run.ts';
import { installSandboxes } from './install-sandboxes.ts';
import { nodeProblem } from './node-version.ts';

const problem = nodeProblem(process.version);
if (problem !== undefined) {
  process.stderr.write(problem);
  process.exit(1);
}

const variable = 'ANTHROPIC_API_KEY';
const manifests = join(import.meta.dirname, '../_examples/echo-bot/manifests');
const say = (line: string): void => void process.stdout.write(`${line}\n`);

const asked = process.argv.slice(2);
const mayInstall = !asked.includes('--no-install') && process.env['CLRK_NO_INSTALL'] !== '1';
const args = asked.filter((word) => word !== '--no-install');

if (mayInstall && !args.includes('--help') && !args.includes('-h')) await installSandboxes(say, variable);
if (process.env[variable]) {
  say(`${variable} is taken from your shell; offline it goes no further than the bundled stand-in`);
} else {
  // Only in this process's own table: neither in its command line nor in what a child inherits.
  process.env[variable] = `sk-ant-made-up-${randomBytes(24).toString('base64url')}`;
  say(`${variable} is not set: a made-up key takes its place, which the bundled stand-in accepts`);
}
// Whatever the machine has, this works: no image is needed for it.
const cluster = args.some((word) => word === '--cluster' || word.startsWith('--cluster=')) ? [] : ['--cluster', 'embedded'];
const command = ['dev', '--offline', ...cluster, '--apply', manifests, '--secret', `anthropic-credentials=${variable}:api-key`, ...args];
say(`this is: kubectl clrk ${command.join(' ')}`);
process.exitCode = await run(command, processContext());
