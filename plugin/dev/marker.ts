// `dev.json`: what a running session tells other commands about itself, and what the next session reads of the last one.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeStateFile } from './state-folder.ts';

export interface Marker {
  readonly version: string;
  readonly pid: number;
  readonly startedAt: string;
  readonly stoppedAt?: string;
  readonly cluster: 'embedded' | 'existing';
  readonly offline: boolean;
  readonly ports: { readonly apiserver?: number; readonly operator: number };
  /** Of a session with --port: the port that the next one without it takes again, if there was one. */
  readonly oneOff?: { readonly before?: number };
  readonly otlp: string;
  readonly runDir: string;
}

const path = (stateDir: string): string => join(stateDir, 'dev.json');

/** Ports that the last session chose itself, where they can still be read: a kubeconfig that somebody copied then stays good. */
export function lastPorts(stateDir: string): { readonly apiserver?: number; readonly operator?: number } {
  try {
    const { ports, oneOff } = JSON.parse(readFileSync(path(stateDir), 'utf8')) as { ports?: Readonly<Record<string, unknown>>; oneOff?: Readonly<Record<string, unknown>> };
    const port = (name: string, value: unknown): Readonly<Record<string, number>> =>
      typeof value === 'number' && Number.isInteger(value) && value > 0 && value < 65_536 ? { [name]: value } : {};
    return { ...port('apiserver', oneOff ? oneOff['before'] : ports?.['apiserver']), ...port('operator', ports?.['operator']) };
  } catch {
    // Missing or corrupt: any free port will do.
    return {};
  }
}

export function writeMarker(stateDir: string, marker: Marker): void {
  writeStateFile(path(stateDir), `${JSON.stringify(marker, undefined, 2)}\n`, 0o644);
}
