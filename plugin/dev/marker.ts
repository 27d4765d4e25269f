// `dev.json`: what a running session tells other commands about itself, and what the next session reads of the last one.
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Marker {
  readonly version: string;
  readonly pid: number;
  readonly startedAt: string;
  readonly stoppedAt?: string;
  readonly cluster: 'embedded';
  readonly offline: boolean;
  readonly ports: { readonly apiserver: number; readonly operator: number };
  readonly otlp: string;
  readonly runDir: string;
}

const path = (stateDir: string): string => join(stateDir, 'dev.json');

/** Ports of the last session, where they can still be read: a kubeconfig that somebody copied then stays good. */
export function lastPorts(stateDir: string): { readonly apiserver?: number; readonly operator?: number } {
  try {
    const { ports } = JSON.parse(readFileSync(path(stateDir), 'utf8')) as { ports?: Readonly<Record<string, unknown>> };
    const port = (name: string): Readonly<Record<string, number>> => {
      const value = ports?.[name];
      return typeof value === 'number' && Number.isInteger(value) && value > 0 && value < 65_536 ? { [name]: value } : {};
    };
    return { ...port('apiserver'), ...port('operator') };
  } catch {
    // Missing or corrupt: any free port will do.
    return {};
  }
}

export function writeMarker(stateDir: string, marker: Marker): void {
  const draft = `${path(stateDir)}.${process.pid}`;
  writeFileSync(draft, `${JSON.stringify(marker, undefined, 2)}\n`, { mode: 0o644 });
  renameSync(draft, path(stateDir));
}
