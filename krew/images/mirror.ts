// Where Debian's packages are had from: the mirror that this machine's own apt uses, or the one that a variable names.
import { globSync, readFileSync } from 'node:fs';

const variable = 'CLRK_DEBIAN_MIRROR';

/** The first mirror of Debian in the texts of apt's sources, in either of their forms, without its last folder `debian`. */
export function mirrorIn(sources: readonly string[]): string | undefined {
  const lines = sources.flatMap((text) => text.split('\n')).filter((line) => /^\s*(deb|URIs:)\s/.test(line));
  return lines.flatMap((line) => [...line.matchAll(/(https?:\/\/\S+?)\/debian\/?(?=\s|$)/g)]).map(([, root]) => root)[0];
}

/** Root of the mirror, without a slash at its end; below it lie `debian` and `debian-security`. Throws where nothing names one. */
export function debianMirror(env: NodeJS.ProcessEnv = process.env): string {
  const named = env[variable]?.replace(/\/+$/, '');
  if (named) return named;
  const files = globSync('/etc/apt/{sources.list,sources.list.d/*.list,sources.list.d/*.sources}').toSorted();
  const found = mirrorIn(files.map((file) => readFileSync(file, 'utf8')));
  if (found === undefined) throw new Error(`no mirror of Debian is known here\nhint: set ${variable} to the URL above its folders debian and debian-security`);
  return found;
}
