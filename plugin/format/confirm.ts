// Asks a person on a terminal for a yes; where no person can answer, says that a flag has to.
import { createInterface } from 'node:readline/promises';
import type { Readable, Writable } from 'node:stream';
import { UserError } from '../exit.ts';
import { isTerminal } from './colour.ts';
import { printable } from './printable.ts';

export interface Asking {
  readonly stdin: Readable;
  readonly stderr: Writable;
  readonly signal: AbortSignal;
}

/** Lines that end with a question. Throws {@link UserError} where there is no terminal to ask on: nobody is taken to have agreed. */
export async function confirm(question: string, { stdin, stderr, signal }: Asking): Promise<boolean> {
  if (!isTerminal(stdin) || !isTerminal(stderr)) throw new UserError('nobody can be asked here, since this is no terminal', ['agree beforehand: --yes', 'only look: --dry-run=server']);
  const lines = createInterface({ input: stdin, output: stderr });
  // Ctrl-D is no answer, and so no yes.
  const closed = new Promise<string>((resolve) => lines.once('close', () => resolve('')));
  lines.on('SIGINT', () => process.kill(process.pid, 'SIGINT'));
  try {
    const answer = await Promise.race([lines.question(`${question.split('\n').map((line) => printable(line)).join('\n')} [y/N] `, { signal }), closed]);
    return /^y(es)?$/i.test(answer.trim());
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    lines.close();
  }
}
