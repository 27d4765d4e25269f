// The words in which a pull says how far it is.

/** `pulling ghcr.io/me/tool:1: 12 of 40 MB`; without numbers while the registry is asked what there is to pull. */
export function pulling(image: string, bytes?: number, total?: number): string {
  return bytes === undefined || total === undefined ? `pulling ${image}` : `pulling ${image}: ${amounts(bytes, total)}`;
}

export function unpacking(image: string, layer: number, layers: number): string {
  return `unpacking ${image}: layer ${layer} of ${layers}`;
}

function amounts(bytes: number, total: number): string {
  const [unit, name] = total >= 10e9 ? [1e9, 'GB'] as const : total >= 1e6 ? [1e6, 'MB'] as const : [1e3, 'kB'] as const;
  const digits = total / unit < 10 ? 1 : 0;
  return `${(bytes / unit).toFixed(digits)} of ${(total / unit).toFixed(digits)} ${name}`;
}

const everyMs = 1000;

/** Passes on the first message at once and then the newest of each second. */
export function throttled(tell: (message: string) => void): { readonly tell: (message: string) => void; readonly end: () => void } {
  let timer: NodeJS.Timeout | undefined;
  let newest: string | undefined;
  let told: string | undefined;
  const pass = (): void => {
    timer = undefined;
    if (newest === undefined || newest === told) return;
    told = newest;
    timer = setTimeout(pass, everyMs);
    tell(newest);
  };
  return {
    tell: (message) => {
      newest = message;
      if (timer === undefined) pass();
    },
    end: () => clearTimeout(timer),
  };
}
