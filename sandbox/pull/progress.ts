// The words in which a pull says how far it is.

/** `pulling ghcr.io/me/tool:1: 12 of 40 MB`; without numbers while the registry is asked what there is to pull. */
export function pulling(image: string, bytes?: number, total?: number): string {
  return bytes === undefined || total === undefined ? `pulling ${image}` : `pulling ${image}: ${amounts(bytes, total)}`;
}

export function unpacking(image: string, layer: number, layers: number): string {
  return `unpacking ${image}: layer ${layer} of ${layers}`;
}

function amounts(bytes: number, total: number): string {
  const { size, name, digits } = unitOf(total);
  return `${(bytes / size).toFixed(digits)} of ${(total / size).toFixed(digits)} ${name}`;
}

/** `1.5 MB` */
export function amount(bytes: number): string {
  const { size, name, digits } = unitOf(bytes);
  return `${(bytes / size).toFixed(digits)} ${name}`;
}

function unitOf(bytes: number): { readonly size: number; readonly name: string; readonly digits: number } {
  const [size, name] = bytes >= 10e9 ? ([1e9, 'GB'] as const) : bytes >= 1e6 ? ([1e6, 'MB'] as const) : ([1e3, 'kB'] as const);
  return { size, name, digits: bytes / size < 10 ? 1 : 0 };
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
