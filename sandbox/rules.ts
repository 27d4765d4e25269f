// The packet rules of one sandbox's network, where nftables is there to load them.

/** Where the rules send every TCP connection; only the worker may bind a transparent socket there. */
export const divertPort = 15_001;

/*
 * Only the first packet of a connection is steered: those after it find the accepted socket by their addresses, so the connection
 * tracker, whose table a sandbox could fill, is kept out of TCP. DNS is turned to the resolver whatever server was asked, which takes the
 * tracker; the rate keeps its table small. Other UDP is only kept from the tracker: nobody listens, so the kernel says so at once. nft 1.0.6 wants each
 * statement on a line of its own, and makes one comparison of two that are next to each other: both ports `!= 53` in one rule is wrong.
 */
export const rules = `
table ip clrk {
  chain untracked_out {
    type filter hook output priority raw; policy accept;
    udp dport 53 limit rate over 500/second burst 1000 packets drop
    meta l4proto tcp notrack
    udp dport 53 accept
    udp sport 53 accept
    meta l4proto udp notrack
  }
  chain untracked_in {
    type filter hook prerouting priority raw; policy accept;
    meta l4proto tcp notrack
    udp dport 53 accept
    udp sport 53 accept
    meta l4proto udp notrack
  }
  chain divert {
    type filter hook prerouting priority mangle; policy accept;
    ip daddr 127.0.0.0/8 accept
    tcp flags & (fin|syn|rst|ack) == syn limit rate over 500/second burst 1000 packets drop
    tcp flags & (fin|syn|rst|ack) == syn tproxy to 127.0.0.1:${divertPort} accept
  }
  chain names {
    type nat hook output priority -100; policy accept;
    udp dport 53 redirect to :53
  }
  chain closed {
    type filter hook output priority filter; policy accept;
    ip daddr 127.0.0.0/8 accept
    icmp type echo-request drop
  }
}
`;
