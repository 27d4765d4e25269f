// What an agent can and cannot do, tried from inside a real sandbox of each runtime that this machine has.
import test from 'ava';
import { existsSync } from 'node:fs';
import { attack } from './attack.ts';
import { isRoot, Rig } from './rig.ts';
import { present } from './runtimes.ts';

const hasPerl = existsSync('/usr/bin/perl');
/** Any number but those of accounts; only root can become somebody. */
const users = isRoot ? [undefined, 12_345] : [undefined];

for (const { name } of present.filter((p) => p.isHere && hasPerl)) {
  for (const uid of users) {
    const who = uid === undefined ? (isRoot ? 'started as root' : 'started as this user') : 'started as an ordinary user';
    test.serial(`an agent under ${name}, ${who}, reaches the proxy and nothing else`, async (t) => {
      const rig = new Rig();
      t.teardown(() => rig.stop());
      const { runtime } = await rig.start({ env: { CLRK_SANDBOX: name }, ...(uid === undefined ? {} : { uid }) });
      t.log(`${runtime.detail}, ${runtime.interception}, missing: ${runtime.missing.join('; ') || 'nothing'}`);
      t.is(runtime.name, name);
      const lines = await rig.run('leaks', `echo "open files: $(ulimit -n)"; perl -e '${attack.replaceAll("'", `'\\''`)}'`, { env: [{ name: 'GIVEN', value: 'a value' }] });
      const saw = new Map(lines.map((line) => [line.slice(0, line.indexOf(': ')), line.slice(line.indexOf(': ') + 2)]));
      const refused = (what: string): void => void t.regex(saw.get(what) ?? 'nothing', /^(refused|no socket)/, what);
      for (const port of [80, 443]) t.is(saw.get(`tcp ${port}`), `answer {"sandbox":"leaks","address":"93.184.216.34","port":${port}}`);
      if (runtime.interception === 'tproxy') t.is(saw.get('tcp 22'), 'answer {"sandbox":"leaks","address":"10.1.2.3","port":22}');
      else refused('tcp 22');
      if (runtime.interception === 'tproxy') t.is(saw.get('dns'), 'answer', 'whatever name server is asked, the resolver answers');
      for (const what of ['own address', 'metadata', 'udp 443', 'udp 123', 'ipv6', 'ipv6 loopback', 'vsock', 'packet', 'raw', 'netfilter']) refused(what);
      for (const file of ['/x', '/usr/x', '/etc/passwd']) refused(`write ${file}`);
      // gVisor answers from its own kernel: what is written there is not the host's.
      if (name !== 'gvisor') for (const file of ['/proc/sys/kernel/core_pattern', '/proc/sysrq-trigger', '/sys/kernel/uevent_helper']) refused(`write ${file}`);
      t.is(saw.get('write /tmp/x'), 'opened');
      for (const what of ['/root', '/home', '/var', '/boot', '/mnt', '/work', '/run/docker.sock', '/etc/shadow', '/etc/machine-id']) t.is(saw.get(`see ${what}`), 'absent', what);
      t.true(Number(saw.get('processes')) <= 4, `processes: ${saw.get('processes')}`);
      t.is(saw.get('signal all'), 'few');
      t.is(saw.get('descriptors'), '');
      for (const what of ['mount', 'keyctl']) refused(what);
      if (name !== 'gvisor') for (const what of ['unshare', 'io_uring', 'trace the first']) refused(what);
      t.not(saw.get('tracked'), 'many', 'datagrams that lead nowhere fill no table');
      t.is(saw.get('uid'), '1000 1000');
      t.is(saw.get('capabilities'), '0000000000000000 0000000000000000 0000000000000000');
      if (name !== 'gvisor') t.is(saw.get('no new privileges'), '1');
      t.is(saw.get('open files'), '1024');
      t.is(saw.get('host name'), 'leaks');
      const env = (saw.get('env') ?? '').split(',').filter((n) => !['PWD', 'SHLVL', '_', 'OLDPWD'].includes(n));
      t.true(env.includes('GIVEN') && env.includes('SSL_CERT_FILE') && env.includes('PATH'));
      t.deepEqual(env.filter((n) => n.startsWith('CLRK') || n.startsWith('POD_')), []);
      t.regex(saw.get('devices') ?? '', /null/);
      t.notRegex(saw.get('devices') ?? '', /vda|mem|kvm|kmsg/);
    });
  }
}

test.serial('an agent without egress has a loopback of its own and no network', async (t) => {
  const rig = new Rig();
  t.teardown(() => rig.stop());
  await rig.start();
  const lines = await rig.run('alone', 'curl -sS --max-time 3 http://93.184.216.34/ 2>&1; echo "code $?"; env | grep -c CERT', { hasEgress: false });
  t.deepEqual(rig.receiver.connections, []);
  t.regex(lines.join(' '), /code 7/);
  t.is(lines.at(-1), '0', 'there is no CA to trust');
});
