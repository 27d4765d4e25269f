// Closes a process to debuggers: no inspector, no core file, and its memory to no other process of the same user.
import koffi from 'koffi';

const prSetDumpable = 4;
const rlimitCore = 4;
const sigusr1 = 10;
const sigIgn = 1;

/**
 * No core file, no inspector, and /proc/PID/mem, environ and ptrace closed to other processes of the same user. Call it after a change of
 * user, which sets the flag anew, and after anything that writes files of /proc/self: they belong to root from here on. What is started
 * afterwards is an ordinary process again, but for its core files. False where the system has no such thing or refused.
 */
export function closeToDebuggers(): boolean {
  if (process.platform !== 'linux') return false;
  const libc = koffi.load(null);
  // Node opens its inspector, and with it every secret, to whoever may send this signal; a listener does not prevent it.
  libc.func('void *signal(int, long)')(sigusr1, sigIgn);
  const isCoreless = libc.func('int setrlimit(int, void *)')(rlimitCore, Buffer.alloc(16)) === 0;
  return libc.func('int prctl(int, unsigned long, unsigned long, unsigned long, unsigned long)')(prSetDumpable, 0, 0, 0, 0) === 0 && isCoreless;
}
