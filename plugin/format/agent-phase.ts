// The phase of an agent as a short text with a glyph, and the tint it deserves.
import { age } from './age.ts';
import type { Tint } from './colour.ts';
import { printable } from './printable.ts';

export interface AgentPhase {
  readonly phase: string;
  readonly restarts: number;
  readonly upSince?: Date;
}

/** The tint of a phase, in plain lines and in the terminal interface. */
export function phaseTint(phase: string): Tint {
  return phase === 'Running' ? 'good' : phase === 'CrashLoopBackOff' ? 'bad' : phase === 'Stopped' ? 'quiet' : 'warning';
}

/** `● up 4m12s ↻2`, `⊘ stopped`, `✕ crashloop ↻3`, `◌ pending`. */
export function phaseText(agent: AgentPhase, now: Date): string {
  const restarts = agent.restarts > 0 ? ` ↻${agent.restarts}` : '';
  switch (agent.phase) {
    case 'Running':
      return `● up ${age(agent.upSince, now)}${restarts}`;
    case 'Stopped':
      return `⊘ stopped${restarts}`;
    case 'CrashLoopBackOff':
      return `✕ crashloop${restarts}`;
    case 'Pending':
    case '':
      return '◌ pending';
    default:
      return `◐ ${printable(agent.phase, 40)}${restarts}`;
  }
}
