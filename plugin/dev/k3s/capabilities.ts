// Capabilities of Linux by name: for engines that refuse a privileged container because they lack one themselves.
import { readFileSync } from 'node:fs';

/** By their numbers, as capability.h has them; without the newest three, which engines refuse that do not know them. */
const names = [
  'CHOWN', 'DAC_OVERRIDE', 'DAC_READ_SEARCH', 'FOWNER', 'FSETID', 'KILL', 'SETGID', 'SETUID', 'SETPCAP', 'LINUX_IMMUTABLE', 'NET_BIND_SERVICE',
  'NET_BROADCAST', 'NET_ADMIN', 'NET_RAW', 'IPC_LOCK', 'IPC_OWNER', 'SYS_MODULE', 'SYS_RAWIO', 'SYS_CHROOT', 'SYS_PTRACE', 'SYS_PACCT', 'SYS_ADMIN',
  'SYS_BOOT', 'SYS_NICE', 'SYS_RESOURCE', 'SYS_TIME', 'SYS_TTY_CONFIG', 'MKNOD', 'LEASE', 'AUDIT_WRITE', 'AUDIT_CONTROL', 'SETFCAP', 'MAC_OVERRIDE',
  'MAC_ADMIN', 'SYSLOG', 'WAKE_ALARM', 'BLOCK_SUSPEND', 'AUDIT_READ',
] as const;

/** Those of a mask as /proc shows it, e.g. `000001fffeffffff`. */
export function capabilitiesOf(mask: string): readonly string[] {
  const bits = /^[0-9a-f]{1,16}$/.test(mask) ? BigInt(`0x${mask}`) : 0n;
  return names.filter((_name, at) => (bits >> BigInt(at)) & 1n);
}

/** Whether the engine's words mean that it could not give all capabilities. */
export const refusesPrivilege = (said: string): boolean => /apply caps|capabilit|capset|Privileged mode is incompatible/i.test(said);

/**
 * What to ask for where a privileged container is refused. An engine beside us is confined as we are; of one that is elsewhere
 * nothing is known but that it lacks something, which is most often the right to raise limits.
 */
export function namedCapabilities(isLocal: boolean): readonly string[] {
  const own = isLocal ? boundingSet() : [];
  return own.length > 0 && own.length < names.length ? own : names.filter((name) => name !== 'SYS_RESOURCE');
}

function boundingSet(): readonly string[] {
  try {
    return capabilitiesOf(/^CapBnd:\s*([0-9a-f]+)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '');
  } catch {
    // Not Linux.
    return [];
  }
}
