import test from 'ava';
import { ordinaryCalls, sandboxCalls } from '../../../operator/install/seccomp/calls.ts';
import { workerProfile, workerProfileText } from '../../../operator/install/seccomp/profile.ts';

const allowed = (name: string) => workerProfile().syscalls.filter(({ names, action }) => names.includes(name) && action === 'SCMP_ACT_ALLOW');

test('what no rule names is refused with EPERM', (t) => {
  const { defaultAction, defaultErrnoRet } = workerProfile();
  t.deepEqual({ defaultAction, defaultErrnoRet }, { defaultAction: 'SCMP_ACT_ERRNO', defaultErrnoRet: 1 });
});

test('a worker may make namespaces, mounts and roots', (t) => {
  for (const name of sandboxCalls) t.true(allowed(name).some(({ args }) => args === undefined), name);
});

for (const name of ['bpf', 'perf_event_open', 'init_module', 'finit_module', 'delete_module', 'kexec_load', 'reboot', 'open_by_handle_at', 'io_uring_setup', 'userfaultfd', 'add_key', 'keyctl', 'request_key', 'settimeofday', 'clock_settime', 'swapon', 'quotactl', 'iopl', 'ioperm', 'move_mount', 'fsopen', 'open_tree', 'mount_setattr']) {
  test(`${name} stays refused`, (t) => {
    t.deepEqual(allowed(name), []);
  });
}

test('clone3 says that it does not exist, so that programs take clone', (t) => {
  t.deepEqual(workerProfile().syscalls.filter(({ names }) => names.includes('clone3')), [{ names: ['clone3'], action: 'SCMP_ACT_ERRNO', errnoRet: 38 }]);
});

test('sockets of virtual machines and of the kernel\'s cryptography are refused, others are not', (t) => {
  const open = (family: number) => allowed('socket').some(({ args }) => args?.every(({ op, value }) => (op === 'SCMP_CMP_LT' ? family < value : family === value)));
  t.deepEqual([1, 2, 10, 16, 17, 38, 40].map(open), [true, true, true, true, true, false, false]);
});

test('no call stands twice in the list, and the same profile is the same text', (t) => {
  t.is(new Set(ordinaryCalls).size, ordinaryCalls.length);
  t.is(workerProfileText(), workerProfileText());
  t.deepEqual(JSON.parse(workerProfileText()), workerProfile());
});
