// How the API server's process ends: the table of its exit codes.

/** `settings` and `storeDamaged` are no use trying again: a person has to do something first. */
export const exitCodes = { stopped: 0, failed: 1, settings: 2, storeDamaged: 3 } as const;
