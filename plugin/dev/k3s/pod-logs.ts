// Follows what the containers of pods write, one stream for each run of a container, into the session's lines.
import type { Kube } from '../../../operator/kube/kube.ts';
import { Lines, readableLine } from '../child-line.ts';
import type { DevStore } from '../../feeds/store.ts';
import { runtimeNotices, runtimeRow, runtimeSaid } from '../runtime-words.ts';

export interface PodContainer {
  readonly namespace: string;
  readonly pod: string;
  readonly uid: string;
  readonly container: string;
  /** How often it was started again. */
  readonly run: number;
  /** Name of its row. */
  readonly row: string;
}

const rememberedLines = 200;
const wordsToldOf = 3;
/** Of what is read at once: a line may be as long as whoever writes it likes. */
const mostBytes = 1 << 20;

export interface PodLogOptions {
  readonly tail: number;
  readonly follow?: boolean;
  /** Of the run before this one. */
  readonly previous?: boolean;
  readonly signal?: AbortSignal;
}

/** Text of a container: the last of what it wrote, and with `follow` what it writes until it ends. */
export async function* podLog(kube: Kube, { namespace, pod, container }: Pick<PodContainer, 'namespace' | 'pod' | 'container'>, { follow = false, previous = false, tail, signal }: PodLogOptions): AsyncGenerator<string> {
  const query = { container, follow: String(follow), previous: String(previous), tailLines: String(tail), ...(follow ? {} : { limitBytes: String(mostBytes) }) };
  // A program that has nothing to say is not gone.
  const { status, body } = await kube.request('GET', `/api/v1/namespaces/${namespace}/pods/${pod}/log`, { query, ...(follow ? { idleTimeoutMs: 0 } : {}), ...(signal ? { signal } : {}) });
  const decoder = new TextDecoder();
  for await (const chunk of body) {
    if (status !== 200) continue;
    yield decoder.decode(chunk, { stream: true });
  }
}

export class PodLogs {
  readonly #kube: Kube;
  readonly #store: DevStore;
  readonly #signal: AbortSignal;
  readonly #followed = new Set<string>();
  /** What isolates the sandboxes, by `uid/container`. */
  readonly details = new Map<string, string>();

  constructor(kube: Kube, store: DevStore, signal: AbortSignal) {
    this.#kube = kube;
    this.#store = store;
    this.#signal = signal;
  }

  /** Begins to follow a run of a container, once. `changed` is called when its row has more to say. */
  follow(of: PodContainer, changed: () => void): void {
    const key = `${of.uid}/${of.container}/${of.run}`;
    if (this.#followed.has(key)) return;
    this.#followed.add(key);
    this.#read(of, changed).then(
      () => undefined,
      // Too early, or the cluster went away: the next event of its pod begins again.
      () => this.#followed.delete(key),
    );
  }

  async #read(of: PodContainer, changed: () => void): Promise<void> {
    const lines = new Lines((line) => this.#hear(of, line, changed));
    for await (const text of podLog(this.#kube, of, { follow: true, tail: rememberedLines, signal: this.#signal })) lines.take(text);
    lines.end();
  }

  /** Tells, once, why a run of a container ended: what it said last. */
  tellEnd(of: PodContainer): void {
    const key = `end of ${of.uid}/${of.container}/${of.run}`;
    if (this.#followed.has(key)) return;
    this.#followed.add(key);
    this.#lastWords(of).then((words) => this.#store.notice(`${of.row} ended and is started again: ${words || 'it said nothing'}`), () => undefined);
  }

  async #lastWords(of: PodContainer): Promise<string> {
    let text = '';
    for await (const piece of podLog(this.#kube, of, { previous: true, tail: wordsToldOf, signal: this.#signal })) text += piece;
    // The kubelet answers with its own trouble where the text should be.
    if (/^(failed to |unable to retrieve container logs)/.test(text)) return '';
    return text.split('\n').map((line) => readableLine(line).text).filter((line) => line.trim() !== '').slice(-wordsToldOf).join(' / ');
  }

  #hear(of: PodContainer, line: string, changed: () => void): void {
    const ready = /^READY (\{.*\})$/.exec(line)?.[1];
    if (ready !== undefined) return this.#ready(of, ready, changed);
    const { row } = of;
    const { text, gravity } = readableLine(line);
    if (text.trim() === '') return;
    if (gravity === 'error') this.#store.notice(`[${row}] ${text}`);
    this.#store.line(row, 'stderr', text);
  }

  #ready({ uid, container }: PodContainer, json: string, changed: () => void): void {
    try {
      const said = runtimeSaid(JSON.parse(json) as Readonly<Record<string, unknown>>);
      if (!said) return;
      this.details.set(`${uid}/${container}`, runtimeRow(said));
      this.#store.setHeader({ sandbox: said.name });
      for (const notice of runtimeNotices(said)) this.#store.notice(notice);
      changed();
    } catch {
      // A program that says READY and means something else.
    }
  }
}
