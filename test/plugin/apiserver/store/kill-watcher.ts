// A client of the kill test that watches: after each death it resumes behind the last change that it saw.
import { request, type Agent } from 'node:https';
import { ask, collection, type Reply } from './kill-client.ts';

export interface Seen {
  readonly type: string;
  readonly name: string;
  readonly revision: number;
  readonly text: string;
}

interface Line {
  readonly type: string;
  readonly object: Reply['body'];
}

export class Watcher {
  readonly #address: string;
  readonly #agent: Agent;
  readonly seen: Seen[] = [];
  resumed = 0;
  #at = 0;
  #isStopping = false;
  #wake: () => void = () => {};

  constructor(address: string, agent: Agent) {
    this.#address = address;
    this.#agent = agent;
  }

  /** From what there is now on. */
  async begin(): Promise<number> {
    const { body } = await ask(this.#address, this.#agent, 'GET', collection);
    this.#at = Number(body.metadata?.resourceVersion);
    return this.#at;
  }

  /** Until it has seen the change with this revision. */
  async until(revision: number): Promise<void> {
    while (this.#at < revision) await new Promise<void>((resolve) => (this.#wake = resolve));
    this.stop();
  }

  stop(): void {
    this.#isStopping = true;
    this.#agent.destroy();
  }

  async run(): Promise<void> {
    while (!this.#isStopping) {
      const status = await this.#watch();
      // A version that is forgotten would be legal; so soon after it was given out, it is a loss.
      if (status !== undefined && status !== 200) throw new Error(`watching from ${this.#at}: ${status}`);
      this.resumed++;
      if (status === undefined) await new Promise((resolve) => setTimeout(resolve, 15));
    }
  }

  #watch(): Promise<number | undefined> {
    return new Promise((resolve, reject) => {
      const { hostname: host, port } = new URL(this.#address);
      const sent = request({ host, port, agent: this.#agent, path: `${collection}?watch=true&resourceVersion=${this.#at}` }, (answer) => {
        let rest = '';
        answer.setEncoding('utf8').on('error', () => {}).on('close', () => resolve(answer.statusCode)).on('data', (chunk: string) => {
          // What stands before the last line break is whole, also when the connection dies.
          const parts = (rest + chunk).split('\n');
          rest = parts.pop() ?? '';
          try {
            if (answer.statusCode === 200) for (const part of parts.filter(Boolean)) this.#see(JSON.parse(part) as Line);
          } catch (error) {
            reject(error as Error);
          }
        });
      });
      sent.on('error', () => resolve(undefined)).end();
    });
  }

  #see({ type, object }: Line): void {
    if (type === 'ERROR') throw new Error(`watching from ${this.#at}: ${JSON.stringify(object)}`);
    const revision = Number(object.metadata?.resourceVersion);
    if (revision <= this.#at) throw new Error(`${type} ${object.metadata?.name} with revision ${revision} came after ${this.#at}`);
    this.seen.push({ type, name: object.metadata?.name ?? '', revision, text: object.data?.text ?? '' });
    this.#at = revision;
    this.#wake();
  }
}
