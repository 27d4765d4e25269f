// `dev.json`: what a running session tells other commands about itself, and what the next session reads of the last one.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeStateFile } from './state-folder.ts';

export interface Marker {
  readonly version: string;
  readonly pid: number;
  readonly startedAt: string;
  readonly stoppedAt?: string;
  readonly cluster: 'embedded' | 'existing' | 'k3s';
  readonly offline: boolean;
  readonly ports: Ports;
  /** Of a session with --port: the port that the next one without it takes again, if there was one. */
  readonly oneOff?: { readonly before?: number };
  readonly otlp: string;
  readonly runDir?: string;
  /** Of a session with its cluster in Docker. */
  readonly k3s?: { readonly container: string; readonly image: string; readonly configuration: string; readonly namespace: string };
}

export interface Ports {
  readonly apiserver?: number;
  readonly operator?: number;
  /** Of the door for readers. */
  readonly readers?: number;
  /** The API server of k3s, the receiver of telemetry and the stand-in of --offline: pods are told the last two. */
  readonly k3s?: number;
  readonly telemetry?: number;
  readonly standIn?: number;
}

const path = (stateDir: string): string => join(stateDir, 'dev.json');

/** Ports that the last session chose itself, where they can still be read: a kubeconfig that somebody copied then stays good. */
export function lastPorts(stateDir: string): Ports {
  const { ports, oneOff } = (readMarker(stateDir) ?? {}) as { readonly ports?: Readonly<Record<string, unknown>>; readonly oneOff?: Readonly<Record<string, unknown>> };
  const port = (name: keyof Ports, value: unknown = ports?.[name]): Ports => (typeof value === 'number' && Number.isInteger(value) && value > 0 && value < 65_536 ? { [name]: value } : {});
  return { ...port('apiserver', oneOff ? (oneOff['before'] ?? null) : ports?.['apiserver']), ...port('operator'), ...port('readers'), ...port('k3s'), ...port('telemetry'), ...port('standIn') };
}

/** Undefined: missing, or not readable as one; whoever reads it believes no field unseen. */
export function readMarker(stateDir: string): Partial<Marker> | undefined {
  try {
    const value: unknown = JSON.parse(readFileSync(path(stateDir), 'utf8'));
    return typeof value === 'object' && value !== null ? (value as Partial<Marker>) : undefined;
  } catch {
    return undefined;
  }
}

export function writeMarker(stateDir: string, marker: Marker): void {
  writeStateFile(path(stateDir), `${JSON.stringify(marker, undefined, 2)}\n`, 0o644);
}
