// The results of `check` for people, in groups, and for programs as JSON.
import { version } from '../../proxy/telemetry/version.ts';
import type { Paint } from '../format/colour.ts';
import { findingLines } from '../install/finding.ts';
import { checkCodes, checkGroups } from './codes.ts';
import type { Result } from './result.ts';

const plural = (count: number, word: string): string => `${count} ${word}${count === 1 ? '' : 's'}`;

export function checksText(results: readonly Result[], paint: Paint): string {
  const groups = checkGroups.flatMap((group) => {
    const own = results.filter(({ code }) => checkCodes[code].group === group);
    return own.length === 0 ? [] : [`${group}\n${findingLines(own.map(({ code, ...rest }) => ({ topic: code, ...rest })), paint)}`];
  });
  const count = (level: Result['level']): number => results.filter((result) => result.level === level).length;
  const summary = [...(count('bad') > 0 ? [plural(count('bad'), 'fault')] : []), ...(count('warning') > 0 ? [plural(count('warning'), 'warning')] : [])].join(', ');
  return `${groups.join('\n')}\n${summary === '' ? paint('good', 'all is well') : summary}\n`;
}

/** docs/install.md is its manual. What is not known is null, so that every entry has the same fields. */
export function checksJson(results: readonly Result[], { context, server }: { readonly context: string | null; readonly server: string | null }): string {
  const checks = results.map(({ code, level, text, lines = [], hint = null }) => ({ group: checkCodes[code].group, code, level: level === 'bad' ? 'error' : level, message: text, details: lines, hint }));
  return `${JSON.stringify({ ok: results.every(({ level }) => level !== 'bad'), version, context, server, checks }, null, 2)}\n`;
}
