// Decides when one agent's process is started, stopped and started again; pure: it takes the time and acts on nothing.
import type { Phase, WorkOrder } from './contract.ts';

export type Rules = Pick<WorkOrder, 'restartPolicy' | 'maxRestarts' | 'maxLifetimeSeconds'>;

export type Event =
  | { readonly kind: 'wake' }
  | { readonly kind: 'started' }
  /** The sandbox could not be made; `isWaiting`: for something that is expected to come, such as an image or the proxy. */
  | { readonly kind: 'not-started'; readonly isWaiting: boolean; readonly longestMs?: number }
  /** `isOurDoing`: the worker ended it for a reason of its own, which no policy of the agent speaks of. */
  | { readonly kind: 'exited'; readonly code: number; readonly isOurDoing?: boolean }
  | { readonly kind: 'stop' };

export interface State {
  readonly step: 'waiting' | 'starting' | 'running' | 'terminating' | 'killing' | 'ended';
  readonly phase: Phase;
  readonly restartCount: number;
  /** Attempts in a row that did not last; the exponent of the back-off. */
  readonly failures: number;
  readonly startedAt?: number;
  /** When `wake` is due; absent: only an event moves it on. */
  readonly wakeAt?: number;
  readonly isStopping: boolean;
}

/** What the edge has to do on entering a state. */
export type Act = 'start' | 'terminate' | 'kill' | 'none';

export const firstBackOffMs = 1000;
export const longestBackOffMs = 60_000;
/** A registry is asked less often than a process of one's own is started. */
export const longestPullBackOffMs = 300_000;
export const steadyRunMs = 10_000;
export const graceMs = 5000;

/** `restartCount`: what earlier workers counted for the same order. */
export function initial(now: number, restartCount = 0): State {
  return { step: 'waiting', phase: 'Pending', restartCount, failures: 0, wakeAt: now, isStopping: false };
}

export function next(state: State, event: Event, rules: Rules, now: number): { readonly state: State; readonly act: Act } {
  switch (event.kind) {
    case 'wake':
      return wake(state, now);
    case 'started':
      return started(state, rules, now);
    case 'not-started':
      return stay(event.isWaiting ? wait(state, now, 'Pending', event.longestMs) : wait(state, now, 'CrashLoopBackOff'));
    case 'exited':
      return stay(event.isOurDoing === true && !state.isStopping ? anew(state, now) : exited(state, event.code, rules, now));
    case 'stop':
      return stop(state, now);
  }
}

function stay(state: State): { readonly state: State; readonly act: Act } {
  return { state, act: 'none' };
}

function wake(state: State, now: number): { readonly state: State; readonly act: Act } {
  if (state.wakeAt === undefined || now < state.wakeAt) return stay(state);
  const { wakeAt: _due, ...rest } = state;
  if (state.step === 'waiting') return { state: { ...rest, step: 'starting' }, act: 'start' };
  // A lifetime is over: it is stopped as if asked to, and the restart policy decides what follows.
  if (state.step === 'running') return { state: { ...rest, step: 'terminating', wakeAt: now + graceMs }, act: 'terminate' };
  if (state.step === 'terminating') return { state: { ...rest, step: 'killing' }, act: 'kill' };
  return stay(rest);
}

function started(state: State, rules: Rules, now: number): { readonly state: State; readonly act: Act } {
  const up: State = { ...state, step: 'running', phase: 'Running', startedAt: now };
  if (state.isStopping) return { state: { ...up, step: 'terminating', wakeAt: now + graceMs }, act: 'terminate' };
  return stay(rules.maxLifetimeSeconds > 0 ? { ...up, wakeAt: now + rules.maxLifetimeSeconds * 1000 } : up);
}

function exited(state: State, code: number, rules: Rules, now: number): State {
  const { startedAt, wakeAt: _due, ...rest } = state;
  const isDone = rules.restartPolicy === 'Never' || (rules.restartPolicy === 'OnFailure' && code === 0);
  const isSpent = rules.maxRestarts > 0 && state.restartCount + 1 > rules.maxRestarts;
  if (state.isStopping || isDone || isSpent) return { ...rest, step: 'ended', phase: 'Stopped' };
  const again: State = { ...rest, restartCount: state.restartCount + 1 };
  if (startedAt !== undefined && now - startedAt >= steadyRunMs) return { ...again, step: 'waiting', failures: 0, wakeAt: now };
  return wait(again, now, 'CrashLoopBackOff');
}

/** Starts again as if the run had not been. */
function anew(state: State, now: number): State {
  const { startedAt: _start, ...rest } = state;
  return { ...rest, step: 'waiting', phase: 'Pending', wakeAt: now };
}

function wait(state: State, now: number, phase: Phase, longestMs: number = longestBackOffMs): State {
  const { startedAt: _start, wakeAt: _due, ...rest } = state;
  if (state.isStopping) return { ...rest, step: 'ended', phase: 'Stopped' };
  return { ...rest, step: 'waiting', phase, failures: state.failures + 1, wakeAt: now + backOff(state.failures, longestMs) };
}

/** 1 s, 2 s, 4 s ... 60 s. */
export function backOff(failures: number, longestMs: number = longestBackOffMs): number {
  return Math.min(firstBackOffMs * 2 ** Math.min(failures, 16), longestMs);
}

function stop(state: State, now: number): { readonly state: State; readonly act: Act } {
  const { wakeAt: _due, ...rest } = state;
  // It has ended by itself before, and that is what is told of it.
  if (state.step === 'ended') return stay(state);
  if (state.step === 'waiting') return stay({ ...rest, step: 'ended', phase: 'Stopped', isStopping: true });
  if (state.step === 'running') return { state: { ...rest, step: 'terminating', wakeAt: now + graceMs, isStopping: true }, act: 'terminate' };
  return stay({ ...state, isStopping: true });
}
