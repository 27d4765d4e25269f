// Waits until a dev session is whole: a list of checks, each of which stays passed once it has passed.
import { setTimeout as sleep } from 'node:timers/promises';
import { workerPools } from '../../../operator/kube/resources.ts';
import type { PluginContext } from '../../context.ts';
import { exitCodes, UserError } from '../../exit.ts';
import { apiserverProblem, componentsOf } from './status.ts';
import { kubeconfigOf, kubeOf, lastSession, type Session } from './session.ts';

interface Check {
  readonly name: string;
  /** Why it does not pass yet; undefined when it does. */
  readonly run: (session: Session, context: PluginContext) => Promise<string | undefined>;
}

const checkMs = 3000;
const tellAgainMs = 15_000;

async function withKube(session: Session, work: (kube: Awaited<ReturnType<typeof kubeOf>>) => Promise<string | undefined>): Promise<string | undefined> {
  const kube = await kubeOf(session);
  try {
    return await work(kube);
  } finally {
    kube.close();
  }
}

const checks: readonly Check[] = [
  { name: 'session', run: async ({ isRunning }) => (isRunning ? undefined : 'none runs') },
  { name: 'kubeconfig', run: async (session) => (kubeconfigOf(session) === undefined ? 'it is not written yet' : undefined) },
  { name: 'apiserver', run: (session) => withKube(session, apiserverProblem) },
  { name: 'kinds', run: (session) => withKube(session, async (kube) => void (await kube.list(workerPools, { namespace: session.namespace }))) },
  {
    name: 'components',
    run: async (session, context) => {
      const waiting = (await componentsOf(session, context)).filter(({ ready }) => !ready);
      return waiting.length === 0 ? undefined : waiting.map(({ name, status, detail }) => `${name} ${status}${detail === undefined ? '' : ` (${detail})`}`).join(', ');
    },
  },
];

async function answerOf(check: Check, stateDir: string, context: PluginContext): Promise<string | undefined> {
  const late = new AbortController();
  try {
    return await Promise.race([check.run(lastSession(stateDir), context), sleep(checkMs, `no answer within ${checkMs / 1000} s`, { signal: late.signal })]);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    late.abort();
  }
}

export interface Waiting {
  readonly stateDir: string;
  readonly timeoutMs: number;
  readonly intervalMs: number;
  readonly tell: (line: string) => void;
  readonly signal: AbortSignal;
}

/** Returns when every check has passed; throws, with what is missing, when the time is over. */
export async function waitReady(context: PluginContext, { stateDir, timeoutMs, intervalMs, tell, signal }: Waiting): Promise<void> {
  const until = performance.now() + timeoutMs;
  const told = { line: '', at: 0 };
  for (let at = 0; at < checks.length; ) {
    const check = checks[at];
    if (!check) return;
    const problem = await answerOf(check, stateDir, context);
    signal.throwIfAborted();
    if (problem === undefined) {
      tell(`✓ ${check.name}`);
      at += 1;
      continue;
    }
    const pending = checks.slice(at).map(({ name }) => name).join(', ');
    if (performance.now() > until) throw new UserError(`the dev session is not ready after ${timeoutMs / 1000} s: ${check.name}: ${problem}`, [`pending: ${pending}`, '`kubectl clrk dev status` shows all of it; a longer limit: --timeout 5m'], { code: exitCodes.timedOut });
    const line = `… ${pending}: ${problem}`;
    if (line !== told.line || performance.now() - told.at > tellAgainMs) {
      Object.assign(told, { line, at: performance.now() });
      tell(line);
    }
    await sleep(intervalMs, undefined, { signal });
  }
}
