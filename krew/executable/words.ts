// The names that the loader of the single executable and what is put into it agree on.

/** What chunks ask for to get koffi; Node has no such module. */
export const nativeModule = 'clrk:koffi';
/** What is inside beside the chunks. */
export const inside = { native: 'koffi.node', cache: (chunk: string): string => `${chunk}.cache` } as const;
