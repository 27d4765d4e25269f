// Takes away what a stopped Docker engine leaves in the machine: control groups, bridges and packet filter rules.
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';

/** Of each controller; what is in use stays and is the kernel's to take away. */
export function removeControlGroups(name: string): void {
  const home = '/sys/fs/cgroup';
  const roots = [home, ...readdirSync(home, { withFileTypes: true }).filter((entry) => entry.isDirectory()).map((entry) => join(home, entry.name))];
  for (const root of roots) if (existsSync(join(root, name))) removeFolders(join(root, name));
}

function removeFolders(folder: string): void {
  for (const entry of readdirSync(folder, { withFileTypes: true })) if (entry.isDirectory()) removeFolders(join(folder, entry.name));
  try {
    rmdirSync(folder);
  } catch {
    // A process is still in it.
  }
}

export interface HostRules {
  /** What came since is taken away: all of it when no other engine runs, else only what names a bridge that is gone. */
  readonly restore: () => void;
}

interface Rule {
  readonly table: string;
  readonly words: string;
}

const run = (file: string, args: readonly string[]): string => {
  try {
    return execFileSync(file, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  } catch {
    return '';
  }
};

export function rulesOfHost(): HostRules {
  const [before, bridgesBefore] = [rules(), bridges()];
  const policy = run('iptables', ['-S', 'FORWARD']).split('\n')[0] ?? '';
  return {
    restore: () => {
      const ours = bridges().filter((name) => !bridgesBefore.includes(name));
      const isAlone = run('pgrep', ['-x', 'dockerd']).trim() === '';
      for (const bridge of ours) if (bridge !== 'docker0' || isAlone) run('ip', ['link', 'delete', bridge]);
      const known = new Set(before.map(({ table, words }) => `${table} ${words}`));
      const added = rules().filter(({ table, words }) => !known.has(`${table} ${words}`));
      const goes = ({ words }: Rule): boolean => isAlone || ours.some((bridge) => bridge !== 'docker0' && words.includes(bridge));
      for (const { table, words } of added.filter(goes)) run('iptables', ['-t', table, ...words.replace(/^-A/, '-D').split(' ')]);
      if (!isAlone) return;
      for (const { table, words } of added.filter((rule) => rule.words.startsWith('-N'))) run('iptables', ['-t', table, '-X', words.slice(3)]);
      if (policy !== '') run('iptables', policy.split(' '));
    },
  };
}

const bridges = (): readonly string[] => run('ip', ['-o', 'link', 'show', 'type', 'bridge']).split('\n').flatMap((line) => /^\d+: ([^:@]+)/.exec(line)?.[1] ?? []);
const rules = (): readonly Rule[] => ['filter', 'nat'].flatMap((table) => run('iptables', ['-t', table, '-S']).split('\n').filter((line) => /^-[AN] /.test(line)).map((words) => ({ table, words })));
