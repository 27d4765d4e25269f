// What a hostile agent tries from inside, as a Perl script: Perl belongs to every Debian. One line an attempt: name, result.
export const attack = String.raw`
use Socket qw(:DEFAULT inet_pton pack_sockaddr_in6 AF_INET6); use POSIX; $| = 1;
sub try { my ($name, $act) = @_; my $r = eval { local $SIG{ALRM} = sub { die "timeout\n" }; alarm 4; my $x = $act->(); alarm 0; $x }; alarm 0; $r = "died $@" unless defined $r; $r =~ s/\s+/ /g; print "$name: $r\n"; }
sub tcp { my ($ip, $port) = @_; socket(my $s, AF_INET, SOCK_STREAM, 0) or return "no socket $!"; connect($s, sockaddr_in($port, inet_aton($ip))) or return "refused: $!"; syswrite($s, "GET / HTTP/1.0\r\n\r\n"); my $b; vec(my $ready = "", fileno $s, 1) = 1; select($ready, undef, undef, 3); my $n = sysread($s, $b, 500); return $n ? "answer " . ($b =~ /\{.*\}/s ? $& : $b) : defined $n ? "closed" : "no answer: $!"; }
sub udp { my ($ip, $port) = @_; socket(my $s, AF_INET, SOCK_DGRAM, 0) or return "no socket $!"; connect($s, sockaddr_in($port, inet_aton($ip))) or return "refused: $!"; syswrite($s, "x" x 20) or return "refused: $!"; my $b; vec(my $ready = "", fileno $s, 1) = 1; select($ready, undef, undef, 3); my $n = sysread($s, $b, 100); return defined $n ? "answer" : "refused: $!"; }
sub fam { my ($f, $t, $p) = @_; socket(my $s, $f, $t, $p) ? "created" : "refused: $!" }
try('uid', sub { "$< $>" });
try('tcp 80', sub { tcp('93.184.216.34', 80) }); try('tcp 443', sub { tcp('93.184.216.34', 443) }); try('tcp 22', sub { tcp('10.1.2.3', 22) });
try('own address', sub { tcp('127.0.0.1', 9) }); try('metadata', sub { tcp('169.254.169.254', 80) });
try('dns', sub { socket(my $s, AF_INET, SOCK_DGRAM, 0); connect($s, sockaddr_in(53, inet_aton('9.9.9.9'))); syswrite($s, pack('nnnnnn', 7, 256, 1, 0, 0, 0) . "\x01a\x07example\x00" . pack('nn', 1, 1)); my $b; vec(my $ready = '', fileno $s, 1) = 1; select($ready, undef, undef, 3); my $n = sysread($s, $b, 500); return $n ? 'answer' : "refused: $!" });
try('udp 443', sub { udp('93.184.216.34', 443) }); try('udp 123', sub { udp('8.8.8.8', 123) });
try('ipv6', sub { socket(my $s, AF_INET6, SOCK_STREAM, 0) or return "refused: $!"; connect($s, pack_sockaddr_in6(80, inet_pton(AF_INET6, '2001:db8::1'))) ? 'connected' : "refused: $!" });
try('ipv6 loopback', sub { socket(my $s, AF_INET6, SOCK_STREAM, 0) or return "refused: $!"; connect($s, pack_sockaddr_in6(80, inet_pton(AF_INET6, '::1'))) ? 'connected' : "refused: $!" });
try('vsock', sub { fam(40, SOCK_STREAM, 0) }); try('packet', sub { fam(17, SOCK_RAW, 768) }); try('raw', sub { fam(AF_INET, SOCK_RAW, 1) }); try('netfilter', sub { fam(16, SOCK_RAW, 12) });
for my $f ('/x', '/usr/x', '/etc/passwd', '/proc/sys/kernel/core_pattern', '/proc/sysrq-trigger', '/sys/kernel/uevent_helper') { try("write $f", sub { open(my $h, '>', $f) ? 'opened' : "refused: $!" }) }
for my $f ('/tmp/x', '/dev/shm/x') { try("write $f", sub { open(my $h, '>', $f) ? 'opened' : "refused: $!" }) }
for my $f ('/root', '/home', '/var', '/boot', '/mnt', '/work', '/run/docker.sock', '/etc/shadow', '/etc/machine-id') { try("see $f", sub { -e $f ? 'there' : 'absent' }) }
try('devices', sub { opendir(my $d, '/dev'); join ',', sort grep { !/^\./ } readdir $d });
try('processes', sub { opendir(my $d, '/proc'); scalar grep { /^\d+$/ } readdir $d });
try('signal all', sub { kill(0, 2 .. 400) - 0 < 4 ? 'few' : 'many' });
try('descriptors', sub { opendir(my $d, '/proc/self/fd'); join ',', sort { $a <=> $b } grep { /^\d+$/ && $_ > 2 && readlink("/proc/self/fd/$_") !~ m{/fd$} } readdir $d });
try('mount', sub { syscall($^O eq 'linux' && (POSIX::uname())[4] eq 'aarch64' ? 40 : 165, my $src = 'none', my $dst = '/tmp', my $type = 'tmpfs', 0, 0) == 0 ? 'mounted' : "refused: $!" });
try('keyctl', sub { syscall((POSIX::uname())[4] eq 'aarch64' ? 219 : 250, 0, -3, 0) >= 0 ? 'done' : "refused: $!" });
try('trace the first', sub { syscall((POSIX::uname())[4] eq 'aarch64' ? 117 : 101, 16, 1, 0, 0) >= 0 ? 'done' : "refused: $!" });
try('tracked', sub { for my $p (2000 .. 2400) { socket(my $s, AF_INET, SOCK_DGRAM, 0); send($s, 'x', 0, sockaddr_in($p, inet_aton('198.51.100.7'))) } open(my $h, '<', '/proc/sys/net/netfilter/nf_conntrack_count') or return 'unknown'; <$h> < 100 ? 'few' : 'many' });
try('io_uring', sub { syscall(425, 1, my $params = "\0" x 120) >= 0 ? 'done' : "refused: $!" });
open(my $st, '<', '/proc/self/status'); my %s = map { /^(\w+):\s*(.*)$/ ? ($1, $2) : () } <$st>;
print "capabilities: $s{CapEff} $s{CapPrm} $s{CapBnd}\n"; print "no new privileges: $s{NoNewPrivs}\n";
print "host name: ", (POSIX::uname())[1], "\n";
print "env: ", join(',', sort keys %ENV), "\n";
try('unshare', sub { syscall((POSIX::uname())[4] eq 'aarch64' ? 97 : 272, 0x10000000) == 0 ? 'done' : "refused: $!" });
`;
