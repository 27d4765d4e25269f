// How the end of a run is told to a person.

export interface Ending {
  /** `exit code 3` or `SIGKILL`. */
  readonly how: string;
  /** Processes that the kernel killed for want of memory: perhaps only a child, which the agent outlived. */
  readonly kills: number;
  readonly wasRefusedProcesses: boolean;
  readonly memoryBytes: number;
}

export function endOfRun({ how, kills, wasRefusedProcesses, memoryBytes }: Ending): string {
  const hasEndedWell = how === 'exit code 0';
  if (kills > 0 && !hasEndedWell) return `the last run went over its memory limit of ${memoryBytes} bytes and was killed`;
  const ended = `the last run ended with ${how}`;
  if (kills > 0) return `${ended}; ${kills} of its processes went over the memory limit of ${memoryBytes} bytes and ${kills === 1 ? 'was' : 'were'} killed`;
  return wasRefusedProcesses && !hasEndedWell ? `${ended} after it had as many processes as it may have` : ended;
}
