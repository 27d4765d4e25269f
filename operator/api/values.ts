// How quantities and durations in specs are read: text in, numbers out.

const factors: Readonly<Record<string, number>> = {
  '': 1, m: 1e-3, k: 1e3, M: 1e6, G: 1e9, T: 1e12, P: 1e15, E: 1e18,
  Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40, Pi: 2 ** 50, Ei: 2 ** 60,
};

/** The number that a quantity such as `500m`, `1.5Gi` or `2e3` stands for; undefined when it is none. */
export function quantityValue(written: string | number): number | undefined {
  const match = /^(\d+(?:\.\d*)?|\.\d+)(?:([eE][+-]?\d{1,2})|(m|[kMGTPE]|[KMGTPE]i))?$/.exec(String(written));
  const factor = factors[match?.[3] ?? ''];
  if (!match || factor === undefined) return undefined;
  return Number(`${match[1]}${match[2] ?? ''}`) * factor;
}

const unitsMs: Readonly<Record<string, number>> = { ns: 1e-6, us: 1e-3, 'µs': 1e-3, ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** Accepts what Go's time.ParseDuration accepts, without a sign. */
export const durationPattern = String.raw`^(0|((\d+(\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h))+)$`;

/** Milliseconds of a Go duration such as `1h30m`; undefined when it is none. */
export function durationMs(written: string): number | undefined {
  if (written.length > 64 || !new RegExp(durationPattern).test(written)) return undefined;
  const parts = [...written.matchAll(/(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h)/g)];
  return parts.reduce((sum, part) => sum + Number(part[1]) * (unitsMs[part[2] ?? ''] ?? 0), 0);
}
