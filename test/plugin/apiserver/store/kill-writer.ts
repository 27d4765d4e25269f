// A client of the kill test that writes: it knows what was acknowledged, and after a death finds out what became of the write under way.
import type { Agent } from 'node:https';
import { ask, collection, type Random } from './kill-client.ts';

/** What a key holds: the revision and the text of its object, or nothing. */
export type Held = { readonly revision: number; readonly text: string } | undefined;

export interface Acknowledged {
  readonly name: string;
  /** Absent of a deletion: its answer does not name one. */
  readonly revision?: number;
  /** What was written, or what was there until the deletion. */
  readonly text: string;
}

export class Writer {
  readonly #id: number;
  readonly #agent: Agent;
  readonly #random: Random;
  readonly #address: string;
  readonly #held = new Map<string, Held>();
  readonly acknowledged: Acknowledged[] = [];
  /** Writes of which nobody knew at first what became of them, and what did. */
  readonly unknown = { happened: 0, not: 0 };
  #count = 0;
  #isStopping = false;

  constructor(address: string, id: number, agent: Agent, random: Random) {
    this.#address = address;
    this.#id = id;
    this.#agent = agent;
    this.#random = random;
  }

  stop(): void {
    this.#isStopping = true;
  }

  /** Its own keys alone: nobody else changes them. */
  get held(): ReadonlyMap<string, Held> {
    return this.#held;
  }

  async run(): Promise<void> {
    while (!this.#isStopping) await this.#write(`w${this.#id}-${Math.floor(this.#random() * 12)}`);
    this.#agent.destroy();
  }

  async #write(name: string): Promise<void> {
    const held = this.#held.get(name);
    const start = `${this.#id}/${++this.#count}/`.padEnd(16, 'x');
    const text = `${start}${'xxxx'.repeat(Math.floor(this.#random() * 150))}`;
    const isDeletion = held !== undefined && this.#random() < 0.25;
    const path = `${collection}${held ? `/${name}` : ''}`;
    const body = isDeletion ? undefined : { apiVersion: 'v1', kind: 'Secret', metadata: { name, ...(held && { resourceVersion: String(held.revision) }) }, data: { text } };
    const reply = await ask(this.#address, this.#agent, isDeletion ? 'DELETE' : held ? 'PUT' : 'POST', path, body).catch(() => undefined);
    const wanted = isDeletion ? undefined : text;
    if (!reply) return this.#findOut(name, held, wanted);
    if (reply.status !== (held ? 200 : 201)) throw new Error(`writing ${name} over ${held?.revision ?? 'nothing'}: ${reply.status} ${JSON.stringify(reply.body)}`);
    const revision = Number(reply.body.metadata?.resourceVersion);
    this.#held.set(name, isDeletion ? undefined : { revision, text });
    this.acknowledged.push(isDeletion ? { name, text: held.text } : { name, revision, text });
  }

  /** It is as it was acknowledged last, or as the write under way wanted it: anything else is a loss. */
  async #findOut(name: string, held: Held, wanted: string | undefined): Promise<void> {
    for (let tries = 0; ; ) {
      const reply = await ask(this.#address, this.#agent, 'GET', `${collection}/${name}`).catch(() => undefined);
      if (!reply) {
        if (++tries > 1500) throw new Error(`nobody answers what became of ${name}`);
        await new Promise((resolve) => setTimeout(resolve, 15));
        continue;
      }
      const found = reply.status === 200 ? { revision: Number(reply.body.metadata?.resourceVersion), text: reply.body.data?.text ?? '' } : undefined;
      if (reply.status !== 200 && reply.status !== 404) throw new Error(`reading ${name}: ${reply.status} ${JSON.stringify(reply.body)}`);
      const isAsItWas = found?.revision === held?.revision && found?.text === held?.text;
      if (!isAsItWas && found?.text !== wanted) throw new Error(`${name} was ${JSON.stringify(held)}, should perhaps be ${JSON.stringify(wanted)}, and is ${JSON.stringify(found)}`);
      this.unknown[isAsItWas ? 'not' : 'happened']++;
      this.#held.set(name, found);
      return;
    }
  }
}
