// The paths that say whether the server lives: all checks at once, one of them, or a list.

const checks: { readonly [path: string]: readonly string[] } = { '/healthz': ['ping', 'log', 'etcd'], '/livez': ['ping', 'log', 'etcd'], '/readyz': ['ping', 'log', 'etcd', 'etcd-readiness', 'informer-sync', 'shutdown'] };

/** The answer at a health path; undefined: there is no such check. Every check is fine while the process answers: a store that fails ends it. */
export function healthAnswer(pathname: string, query: URLSearchParams): string | undefined {
  const all = checks[pathname];
  if (!all) {
    const [, root = '', name = '', ...rest] = pathname.split('/');
    return rest.length === 0 && checks[`/${root}`]?.includes(name) ? 'ok' : undefined;
  }
  const left = new Set(query.getAll('exclude'));
  const unknown = [...left].filter((name) => !all.includes(name));
  if (!query.has('verbose')) return 'ok';
  const lines = all.map((name) => (left.has(name) ? `[+]${name} excluded: ok\n` : `[+]${name} ok\n`));
  const warning = unknown.length > 0 ? `warn: some health checks cannot be excluded: no matches for ${unknown.map((name) => JSON.stringify(name)).join(',')}\n` : '';
  return `${lines.join('')}${warning}${pathname.slice(1)} check passed\n`;
}
