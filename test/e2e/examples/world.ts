// The machine on which the examples of the help are run: files, programs and kubeconfigs by the names that the examples use.
import { spawn } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { findAsset } from '../../kubernetes/assets.ts';
import { manifests, root, type Home } from '../session.ts';
import type { Way } from './ways.ts';

const agent = (name: string): string => readFileSync(join(root, '_examples/echo-bot/manifests/daemonagent.yaml'), 'utf8').replace(/^( {2}name: ).*$/m, `$1${name}`);

/** Programs of other people: what they are called with does not matter here. */
const others: Readonly<Record<string, string>> = {
  pass: 'echo sk-made-up',
  helm: 'cat agent.yaml',
  colordiff: 'exec diff "$@"',
};

export function furnish(home: Home): void {
  const put = (name: string, text: string, mode = 0o644): void => {
    const file = join(home.path, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    chmodSync(file, mode);
  };
  cpSync(join(root, '_examples'), join(home.path, '_examples'), { recursive: true });
  const whole = readdirSync(manifests).map((file) => readFileSync(join(manifests, file), 'utf8'));
  put('agent.yaml', whole.join('---\n'));
  put('manifests/team/agent.yaml', agent('of-a-team'));
  put('overlays/production/kustomization.yaml', 'resources: [agent.yaml]\n');
  put('overlays/production/agent.yaml', agent('in-production'));
  for (const [name, line] of Object.entries(others)) put(`programs/${name}`, `#!/bin/sh\n${line}\n`, 0o755);
  // Its own folder of PATH, so that completion has a place beside the plugin.
  put('plugin/kubectl-clrk', `#!/bin/sh\nexec ${join(root, 'dist/kubectl-clrk')} "$@"\n`, 0o755);
  mkdirSync(join(home.path, '.local/bin'), { recursive: true });
  symlinkSync(findAsset('kubectl') ?? '/usr/bin/kubectl', join(home.path, 'programs/kubectl'));
}

/** The kubeconfig of a cluster as the person's own, under every context that an example names. */
export function useCluster(home: Home, kubeconfig: string): void {
  mkdirSync(join(home.path, '.kube'), { recursive: true });
  const config = JSON.parse(readFileSync(kubeconfig, 'utf8')) as { contexts: { name: string; context: object }[] };
  const context = config.contexts[0]?.context ?? {};
  writeFileSync(join(home.path, '.kube/config'), JSON.stringify({ ...config, contexts: [...config.contexts, ...['kind-dev', 'production'].map((name) => ({ name, context }))] }));
}

export interface Run {
  readonly code: number | null;
  readonly text: string;
}

const longestMs = 90_000;

/** One command line as a person types it. What does not end by itself is ended with Ctrl-C when it has printed what is waited for. */
export async function play(home: Home, line: string, { until, shell, answer }: Pick<Way, 'until' | 'shell' | 'answer'>): Promise<Run> {
  const path = `${join(home.path, 'plugin')}:${join(home.path, 'programs')}:${join(home.path, '.local/bin')}:${process.env['PATH'] ?? ''}`;
  const words = shell === 'fish' ? ['--no-config', '-c', line] : ['-c', line];
  // script(1) gives it a terminal, and types there what comes on its own stdin.
  const [program, given] = answer === undefined ? [shell ?? 'bash', words] : ['script', ['-qefc', line, '/dev/null']];
  const child = spawn(program, given, { cwd: home.path, detached: true, stdio: [answer === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'], env: home.env({ PATH: path, ANTHROPIC_API_KEY: 'sk-ant-made-up-key' }) });
  let text = '';
  let asked = false;
  const interrupt = (signal: NodeJS.Signals): void => {
    // The whole group, as a terminal does.
    try { process.kill(-(child.pid ?? 0), signal); } catch { /* It ended in this moment. */ }
  };
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
      if (answer !== undefined && /\?[^\n]*$/.test(chunk)) child.stdin?.write(`${answer}\n`);
      if (until === undefined || asked || !until.test(text)) return;
      asked = true;
      interrupt('SIGINT');
    });
  }
  const timer = setTimeout(() => interrupt('SIGKILL'), longestMs);
  const code = await new Promise<number | null>((resolve) => { child.on('close', resolve); });
  clearTimeout(timer);
  return { code, text };
}

