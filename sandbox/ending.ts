// How the end of a run is told to a person.

/** The kernel may have killed a child only, which the agent outlived. */
export function endOfRun(how: string, kills: number, memoryBytes: number): string {
  if (kills === 0) return `the last run ended with ${how}`;
  if (how !== 'exit code 0') return `the last run went over its memory limit of ${memoryBytes} bytes and was killed`;
  return `the last run ended with ${how}; ${kills} of its processes went over the memory limit of ${memoryBytes} bytes and ${kills === 1 ? 'was' : 'were'} killed`;
}
