// What a person asked of `dev`, as one typed value: flags are read and checked here and nowhere else.
import { statSync } from 'node:fs';
import { UserError } from '../exit.ts';
import type { ColourMode } from '../format/colour.ts';
import { waitMs } from '../go-duration.ts';
import { usualImage } from './k3s/names.ts';
import { kubeconfigFiles, resolvePath, type Surroundings } from '../kubeconfig.ts';

export const sandboxes = ['gvisor', 'bubblewrap', 'namespaces'] as const;
export type Sandbox = (typeof sandboxes)[number];

export const clusterKinds = ['embedded', 'k3s'] as const;
export type ClusterKind = (typeof clusterKinds)[number];

/** As the command line has them. */
export interface DevFlags {
  readonly apply: readonly string[];
  readonly recursive: boolean;
  readonly force: boolean;
  readonly secrets: readonly string[];
  readonly images: readonly string[];
  readonly insecureRegistries: readonly string[];
  readonly offline: boolean;
  readonly sandbox: string | undefined;
  /** Undefined: not given. */
  readonly cluster: string | undefined;
  readonly kubeconfig: string | undefined;
  readonly context: string | undefined;
  readonly local: boolean;
  readonly keep: boolean;
  readonly tui: boolean | undefined;
  readonly exitAfterRecords: string | undefined;
  readonly timeout: string | undefined;
  readonly port: string | undefined;
  readonly salvageStore: boolean;
  readonly k3sImage: string | undefined;
  readonly forceRecreate: boolean;
  readonly namespace: string | undefined;
  readonly stateDir: string;
  readonly logLevel: string;
  readonly colour: ColourMode;
}

export interface DevRequest {
  readonly apply: readonly string[];
  readonly recursive: boolean;
  /** Whether fields that somebody else set are taken over. */
  readonly force: boolean;
  /** `NAME=ENVVAR[:KEY]`, as given. */
  readonly secrets: readonly string[];
  readonly images: readonly ImageArchive[];
  /** Registries that speak http without TLS. */
  readonly insecureRegistries: readonly string[];
  readonly offline: boolean;
  /** Absent: the strongest there is. */
  readonly sandbox?: Sandbox;
  /** Whether the terminal interface is shown. */
  readonly tui: boolean;
  readonly records?: { readonly count: number; readonly timeoutMs: number };
  /** Of the API server; absent: that of last time, else a free one. */
  readonly port?: number;
  /** Whether what is whole of a damaged store is saved, in place of not starting. */
  readonly salvageStore: boolean;
  /** Which one the session brings; absent: k3s where Docker can have it, else embedded. */
  readonly cluster?: ClusterKind;
  /** Of the cluster in Docker; absent: that of last time, else the usual one. */
  readonly k3sImage?: string;
  /** Whether its container is made anew without asking. */
  readonly forceRecreate: boolean;
  /** A cluster that is there already, instead of one that the session brings. */
  readonly existing?: ExistingCluster;
  /** Whether what is created in an existing cluster stays there at the end. */
  readonly keep: boolean;
  /** Absent: the context's, else `default`. */
  readonly namespace?: string;
  readonly stateDir: string;
  readonly logLevel: string;
  readonly colour: ColourMode;
}

/** With the namespace that it comes down to. */
export type SettledRequest = DevRequest & { readonly namespace: string };

export interface ExistingCluster {
  /** Files as $KUBECONFIG lists them. */
  readonly kubeconfig: string;
  /** Absent: the current one. */
  readonly context?: string;
  /** As they were given, for whoever is told to say them again. */
  readonly flags: string;
}

export interface ImageArchive {
  readonly name: string;
  readonly file: string;
}

const usualTimeout = '2m';

function wholeNumber(flag: string, text: string, most: number): number {
  const value = /^\d{1,9}$/.test(text) ? Number(text) : 0;
  if (value < 1 || value > most) throw new UserError(`${flag} must be a whole number from 1 to ${most}, not ${JSON.stringify(text)}`);
  return value;
}

function records(flags: DevFlags): DevRequest['records'] {
  if (flags.exitAfterRecords === undefined) {
    if (flags.timeout !== undefined) throw new UserError('--timeout says how long to wait for records, and none are asked for', ['add --exit-after-records N']);
    return undefined;
  }
  const timeoutMs = waitMs('--timeout', flags.timeout ?? usualTimeout, 1);
  return { count: wholeNumber('--exit-after-records', flags.exitAfterRecords, 1_000_000), timeoutMs };
}

function image(text: string, around: Surroundings): ImageArchive {
  const at = text.indexOf('=');
  const name = text.slice(0, at).trim();
  const file = text.slice(at + 1);
  const form = 'the form is NAME=FILE, e.g. example.com/bot:1=bot.tar';
  if (at < 1 || name === '' || file === '') throw new UserError(`--image ${JSON.stringify(text)} names no image and file`, [form]);
  if (!/^[A-Za-z0-9][A-Za-z0-9._:@/+-]*$/.test(name)) throw new UserError(`--image: ${JSON.stringify(name)} is no image reference`, [form]);
  const path = resolvePath(file, around);
  try {
    if (!statSync(path).isFile()) throw new UserError(`--image ${name}: ${file} is not a file`, ['save the image into one: docker save IMAGE -o FILE']);
  } catch (error) {
    if (error instanceof UserError) throw error;
    const why = (error as NodeJS.ErrnoException).code === 'EACCES' ? `no permission to read ${file}` : `there is no file ${file}`;
    throw new UserError(`--image ${name}: ${why}`, ['save the image into one: docker save IMAGE -o FILE']);
  }
  return { name, file: path };
}

function insecureRegistry(text: string): string {
  const host = text.trim().toLowerCase();
  const isHost = /^(\[[0-9a-f:.]+\]|[a-z0-9]([a-z0-9.-]*[a-z0-9])?)(:\d{1,5})?$/.test(host) && URL.canParse(`http://${host}`);
  if (!isHost) throw new UserError(`--insecure-registry ${JSON.stringify(text)} is no host and port`, ['the form is HOST:PORT as image references have it, e.g. localhost:5000']);
  return host;
}

function existingCluster({ cluster, kubeconfig, context, local, port, salvageStore, keep, stateDir }: DevFlags, around: Surroundings): ExistingCluster | undefined {
  const given = [...(context === undefined ? [] : ['--context']), ...(kubeconfig === undefined ? [] : ['--kubeconfig'])].join(' and ');
  if (local) throw new UserError('--local means the dev session that runs, and dev starts one', ['leave it out']);
  if (given === '') {
    if (keep) throw new UserError('--keep is for a cluster that was there before: one that dev brings keeps everything anyway', ['leave it out, or name a cluster with --context']);
    return undefined;
  }
  if (cluster !== undefined) throw new UserError(`--cluster ${cluster} brings its own cluster, and ${given} names one that is there`, [`leave out one of them: --cluster ${cluster}, or ${given}`]);
  if (port !== undefined) throw new UserError(`--port is that of an API server that dev brings, and ${given} names a cluster that is there`, ['leave --port out']);
  if (salvageStore) throw new UserError(`--salvage-store is for the store of the embedded API server, and ${given} names a cluster that is there`, ['leave --salvage-store out']);
  const files = kubeconfigFiles({ kubeconfig, local: false, clrkDir: stateDir }, around);
  if (files === undefined) throw new UserError(`${given} needs a kubeconfig, and there is none`, ['name one with --kubeconfig FILE']);
  const flags = [...(kubeconfig === undefined ? [] : [`--kubeconfig ${files}`]), ...(context === undefined ? [] : [`--context ${context}`])].join(' ');
  return { kubeconfig: files, flags, ...(context === undefined ? {} : { context }) };
}

function clusterKind({ cluster, k3sImage, forceRecreate }: DevFlags): ClusterKind | undefined {
  const found = clusterKinds.find((known) => known === cluster);
  if (cluster !== undefined && !found) {
    throw new UserError(`--cluster must be one of ${clusterKinds.join(', ')}, not ${JSON.stringify(cluster)}`, ['leave it out: k3s where Docker can have it, else embedded', 'for a cluster that you have already: --context NAME, or --kubeconfig FILE']);
  }
  const only = k3sImage === undefined ? (forceRecreate ? '--force-recreate' : undefined) : '--k3s-image';
  if (only !== undefined && found === 'embedded') throw new UserError(`${only} is for --cluster k3s`, [`leave out one of them: ${only}, or --cluster embedded`]);
  // Who says what only k3s has means k3s.
  return found ?? (only === undefined ? undefined : 'k3s');
}

function k3sImageOf(text: string): string {
  if (!/^[A-Za-z0-9][A-Za-z0-9._:@/-]{0,254}$/.test(text)) throw new UserError(`--k3s-image ${JSON.stringify(text)} is no image reference`, [`for example ${usualImage}`]);
  return text;
}

/** Checks everything that can be checked without starting anything. `isTerminal`: whether stdin and stdout are one. */
export function devRequest(flags: DevFlags, around: Surroundings, isTerminal: boolean): DevRequest {
  const existing = existingCluster(flags, around);
  const cluster = clusterKind(flags);
  if (existing && cluster) throw new UserError('--k3s-image and --force-recreate are for --cluster k3s, and a cluster that is there was named', ['leave them out']);
  const sandbox = sandboxes.find((known) => known === flags.sandbox);
  if (flags.sandbox !== undefined && !sandbox) throw new UserError(`--sandbox must be one of ${sandboxes.join(', ')}, not ${JSON.stringify(flags.sandbox)}`, ['leave it out to take the strongest that works here']);
  if (flags.tui === true && !isTerminal) throw new UserError('--tui needs a terminal, and stdin or stdout is none', ['leave it out: without a terminal, plain lines are printed']);
  if (flags.apply.filter((path) => path === '-').length > 1) throw new UserError('`--apply -` can be given once: there is one stdin');
  if (flags.apply.includes('-') && flags.tui === true) throw new UserError('--tui reads keys from stdin, which `--apply -` takes', ['write the manifests to a file']);
  const waits = records(flags);
  return {
    apply: flags.apply,
    recursive: flags.recursive,
    force: flags.force,
    secrets: flags.secrets,
    images: flags.images.map((text) => image(text, around)),
    insecureRegistries: flags.insecureRegistries.map(insecureRegistry),
    offline: flags.offline,
    ...(sandbox ? { sandbox } : {}),
    tui: flags.tui ?? (isTerminal && !flags.apply.includes('-')),
    ...(waits ? { records: waits } : {}),
    ...(flags.port === undefined ? {} : { port: wholeNumber('--port', flags.port, 65_535) }),
    salvageStore: flags.salvageStore,
    ...(existing ? { existing } : {}),
    ...(cluster ? { cluster } : {}),
    ...(flags.k3sImage === undefined ? {} : { k3sImage: k3sImageOf(flags.k3sImage) }),
    forceRecreate: flags.forceRecreate,
    keep: flags.keep,
    ...(flags.namespace === undefined ? {} : { namespace: flags.namespace }),
    stateDir: flags.stateDir,
    logLevel: flags.logLevel,
    colour: flags.colour,
  };
}
