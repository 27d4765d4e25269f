// Tells a wait: what is awaited and since when, what came into effect, and in the end what did not and where to look.
import type { Writable } from 'node:stream';
import type { KubeObject } from '../../operator/kube/kube.ts';
import { explain, exitCodes, UserError } from '../exit.ts';
import { age } from '../format/age.ts';
import type { Paint } from '../format/colour.ts';
import { printable } from '../format/printable.ts';
import { Progress } from '../format/progress.ts';
import { printedName } from './apply.ts';
import type { Obstacle } from './readiness.ts';
import type { Pending, WaitOptions } from './wait.ts';

/** Shorter ones are the way of every new object, and no news. */
const worthTellingMs = 2000;
const maxShown = 50;

export interface WaitReportOptions {
  readonly stderr: Writable;
  /** Where what came into effect is told. */
  readonly results: Writable;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly paint: Paint;
  readonly now: () => Date;
  readonly total: number;
}

/** `RevisionReady: NoWorkersReady: the image is being fetched`. */
export const obstacleText = ({ aspect, reason, message }: Obstacle): string => printable([aspect, reason, message].filter((part) => part !== undefined && part !== '').join(': '));

interface Open {
  readonly obstacle: Obstacle;
  readonly since: Date;
  told: boolean;
}

export class WaitReport implements Omit<WaitOptions, 'signal'> {
  readonly #options: WaitReportOptions;
  readonly #begun: Date;
  readonly #open = new Map<KubeObject, Open>();
  readonly #progress: Progress;
  readonly #watch: NodeJS.Timeout;
  #ready = 0;
  #interrupted = '';

  constructor(options: WaitReportOptions) {
    this.#options = options;
    this.#begun = options.now();
    this.#progress = new Progress({ stderr: options.stderr, env: options.env, now: () => this.#summary() });
    this.#watch = setInterval(() => this.#tellLasting(), 500);
  }

  readonly onObstacle = (object: KubeObject, obstacle: Obstacle): void => {
    const { stderr, paint, now } = this.#options;
    this.#open.set(object, { obstacle, since: now(), told: obstacle.hopeless === true });
    if (obstacle.hopeless) this.#progress.write(stderr, `${paint('bad', `${printedName(object)} can't come into effect as it is`)}: ${obstacleText(obstacle)}\n`);
  };

  readonly onReady = (object: KubeObject): void => {
    this.#open.delete(object);
    this.#ready++;
    this.#progress.write(this.#options.results, `${printedName(object)} in effect\n`);
  };

  /** Once for each thing that is wrong: an interruption is tried again and again. */
  readonly onRetry = (error: unknown): void => {
    const { message } = explain(error);
    if (message === this.#interrupted) return;
    this.#interrupted = message;
    this.#progress.write(this.#options.stderr, `interrupted, trying again: ${printable(message)}\n`);
  };

  end(): void {
    clearInterval(this.#watch);
    this.#progress.end();
  }

  #tellLasting(): void {
    const { stderr, now } = this.#options;
    for (const [object, open] of this.#open) {
      if (open.told || now().getTime() - open.since.getTime() < worthTellingMs) continue;
      open.told = true;
      this.#progress.write(stderr, `waiting for ${printedName(object)}: ${obstacleText(open.obstacle)}\n`);
    }
  }

  #summary(): string {
    const { now, total } = this.#options;
    const [first] = this.#open;
    const what = first === undefined ? '' : `: ${printedName(first[0])}: ${obstacleText(first[1].obstacle)}, for ${age(first[1].since, now())}`;
    return `${this.#ready} of ${total} in effect after ${age(this.#begun, now())}${what}`;
  }
}

/** Flags that lead a further command to the same cluster, with a blank before each. */
export interface ClusterFlags {
  readonly clrk: string;
  readonly kubectl: string;
}

/** The end of a wait that did not get what it waited for. */
export function unmet(pending: Pending, { total, limit, flags }: { readonly total: number; readonly limit: string | undefined; readonly flags: ClusterFlags }): UserError {
  const lines = [...pending].slice(0, maxShown).map(([object, obstacle]) => `${printedName(object)}: ${obstacleText(obstacle)}`);
  const more = pending.size > maxShown ? [`... and ${pending.size - maxShown} more`] : [];
  const looks = [...new Set([...pending.keys()].map((object) => look(object, flags)))].slice(0, 3);
  const after = limit === undefined ? 'cannot come into effect as written' : `not in effect after ${limit}`;
  return new UserError(`${pending.size} of ${total} ${after}; all objects are applied`, [...looks, ...(limit === undefined ? [] : ['a longer wait: --timeout 15m'])], {
    lines: [...lines, ...more],
    code: limit === undefined ? exitCodes.failed : exitCodes.timedOut,
  });
}

function look({ kind, apiVersion, metadata: { name, namespace } }: KubeObject, flags: ClusterFlags): string {
  const scope = namespace === undefined ? '' : ` -n ${namespace}`;
  if (kind === 'DaemonAgent') return `look: kubectl clrk agents get ${name}${scope}${flags.clrk}`;
  const group = apiVersion.includes('/') ? `.${apiVersion.split('/')[0]}` : '';
  return `look: kubectl describe ${kind.toLowerCase()}${group} ${name}${scope}${flags.kubectl}`;
}
