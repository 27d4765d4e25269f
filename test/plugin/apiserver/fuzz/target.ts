// The embedded API server under made-up input: a real process, one question at a time, and what must hold for every answer.
import type { ExecutionContext } from 'ava';
import fc from 'fast-check';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from '../../../../operator/kube/connect.ts';
import { writeKubeconfig } from '../../../../plugin/dev/kubeconfig.ts';
import { openPki } from '../../../../plugin/dev/pki.ts';
import { fixtures } from '../../../differential/fixtures.ts';
import { startEmbedded } from '../../../support/embedded.ts';
import { install } from '../../../support/install.ts';

/** The same input in every run; another seed is given with CLRK_TEST_SEED, more runs with CLRK_TEST_RUNS. */
const seed = Number(process.env['CLRK_TEST_SEED'] ?? 20_261_122);
const settings = (runs: number): { readonly seed: number; readonly numRuns: number } => ({ seed, numRuns: Number(process.env['CLRK_TEST_RUNS'] ?? runs) });

/** No question takes longer, however it is put. */
const longestMs = 10_000;
/** What the process may hold in memory in the end, in MB: an idle one holds about 90. */
const mostResident = 300;

export interface Question {
  readonly method: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

export interface Answered {
  readonly status: number;
  readonly text: string;
}

export interface Victim {
  /** Asks and checks: an answer in time, no fault that nobody foresaw, and a whole Status for every refusal. */
  ask(question: Question): Promise<Answered>;
  /**
   * Asks for every value that is made up, and looks after it: the process must still serve, and have stayed small.
   * A failure tells the seed and the smallest input. `examples`: what failed once, and is tried in every run.
   */
  survives<T>(of: fc.Arbitrary<T>, runs: { readonly runs: number; readonly examples?: readonly T[] }, property: (value: T) => Promise<unknown>): Promise<void>;
}

/** With our kinds and the widgets of the differential cases. */
export async function victim(t: ExecutionContext): Promise<Victim> {
  const folder = mkdtempSync(join(tmpdir(), 'clrk-fuzz-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  const pki = openPki(folder, new Date());
  const server = await startEmbedded({ folder, pki });
  t.teardown(server.stop);
  const agent = new Agent({ ca: pki.authority.certificate, cert: pki.admin.certificate, key: pki.admin.key, keepAlive: true });
  const kubeconfig = join(folder, 'kubeconfig');
  writeKubeconfig(kubeconfig, { name: 'fuzz', server: server.server, authority: pki.authority.certificate, client: pki.admin });
  const { kube } = await connect({ kubeconfig });
  await install(kube, fixtures);
  kube.close();
  t.teardown(() => agent.destroy());
  return {
    async ask(question) {
      const answered = await ask(server.server, agent, question);
      check(answered);
      return answered;
    },
    async survives(of, { runs, examples = [] }, property) {
      const asked = fc.asyncProperty(of, async (value) => void (await property(value)));
      const every = { ...settings(runs), includeErrorInReport: true, interruptAfterTimeLimit: 60_000, markInterruptAsFailure: false };
      await t.notThrowsAsync(() => fc.assert(asked, { ...every, examples: examples.map((one): [typeof one] => [one]) }));
      t.is((await ask(server.server, agent, { method: 'GET', path: '/readyz' })).status, 200, 'it still serves');
      const resident = Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${server.process().pid}/status`, 'utf8'))?.[1]) / 1024;
      t.log(`${Math.round(resident)} MB resident in the end`);
      t.true(resident < mostResident, `it holds ${Math.round(resident)} MB`);
    },
  };
}

function ask(server: string, agent: Agent, { method, path, headers = {}, body }: Question): Promise<Answered & { readonly json: boolean }> {
  return new Promise((resolve, reject) => {
    const bytes = body === undefined ? undefined : Buffer.from(body);
    const sent = request(server + path, { method, agent, timeout: longestMs, headers: { ...(bytes && { 'content-type': 'application/json', 'content-length': bytes.length }), ...headers } }, (answer) => {
      const chunks: Buffer[] = [];
      const finish = (): void => resolve({ status: answer.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8'), json: String(answer.headers['content-type']).startsWith('application/json') });
      answer.on('data', (chunk: Buffer) => chunks.push(chunk)).on('error', reject).on('end', finish);
      // A watch does not end by itself: its head is the answer.
      if (answer.statusCode === 200 && /[?&]watch=(?:1|true|t)/i.test(path)) {
        finish();
        sent.destroy();
      }
    });
    sent.on('timeout', () => sent.destroy(new Error(`no answer within ${longestMs} ms`))).on('error', reject).end(bytes);
  });
}

/**
 * A real server answers 500 to some patches that it cannot read, with a Status of known words and without a reason, and 504 to versions that are
 * still to come: so does this one, and the differential cases hold it to that. What nobody foresaw has the reason InternalError, or no Status.
 */
function check({ status, text, json }: Answered & { readonly json: boolean }): void {
  if (status >= 500 && !json) throw new Error(`answered ${status}: ${text.slice(0, 500)}`);
  if (status < 400 || !json || text === '') return;
  const { kind, code, reason, message } = JSON.parse(text) as { readonly kind?: unknown; readonly code?: unknown; readonly reason?: unknown; readonly message?: unknown };
  if (reason === 'InternalError') throw new Error(`a fault that nobody foresaw: ${text.slice(0, 500)}`);
  if (kind !== 'Status' || code !== status || typeof message !== 'string') throw new Error(`a refusal that is no whole Status: ${text.slice(0, 500)}`);
  if (reason !== undefined && typeof reason !== 'string') throw new Error(`a reason that is no word: ${text.slice(0, 500)}`);
}
