/**
 * Sockets that wait for connections: `ss -ltnp` (iproute2 misc/ss.c) and `netstat -ltnp` (net-tools, busybox).
 *
 *     LISTEN 0      4096    10.0.0.7:2379       0.0.0.0:*    users:(("etcd",pid=900,fd=9))
 *     tcp        0      0 127.0.0.1:10248         0.0.0.0:*               LISTEN      319/kubelet
 */
import type { SocketFact } from "../model/fact.ts";
import type { SourceParser } from "../model/source.ts";
import { bounded } from "./_bounded.ts";
import { emitForeign } from "./_path-error.ts";

const SS = /^(?:(tcp|udp|mptcp|sctp|dccp)\s+)?(LISTEN|UNCONN)\s+\d+\s+\d+\s+(\S+):(\d{1,5})\s+\S+?(?:\s+(.*))?$/;
const NETSTAT = /^(tcp6?|udp6?)\s+\d+\s+\d+\s+(\S+):(\d{1,5})\s+\S+\s+(?:(LISTEN)\s+)?(?:\d+\/(\S+?):?|-)?(?:\s.*)?$/;
const HEADER = /^(?:(?:Netid\s+)?State\s+Recv-Q\s+Send-Q\s|Proto\s+Recv-Q\s+Send-Q\s|Active Internet connections)/;
/** Rows of other families and states. */
const BESIDE =
  /^(?:(?:tcp|udp|u_\w+|nl|p_\w+|unix|raw6?|icmp6?)\s|(?:ESTAB|TIME-WAIT|CLOSE-WAIT|SYN-\w+|FIN-WAIT-\d)\s)/;

function plain(address: string): string {
  return address.replace(/%.*$/, "").replaceAll(/^\[|\]$/g, "");
}

function socketOf(text: string): SocketFact | null {
  const ss = SS.exec(text);
  if (ss) {
    const [, protocol = ss[2] === "UNCONN" ? "udp" : "tcp", , address = "", port, users] = ss;
    const process = /\(\("([^"]+)"/.exec(users ?? "")?.[1] ?? null;
    return { protocol, address: plain(address), port: Number(port), process };
  }
  const netstat = NETSTAT.exec(text);
  if (!netstat) return null;
  const [, protocol = "", address = "", port, state, process = null] = netstat;
  const waits = state === "LISTEN" || protocol.startsWith("udp");
  return waits ? { protocol: protocol.replace("6", ""), address: plain(address), port: Number(port), process } : null;
}

const source: SourceParser = {
  id: "listening-sockets",
  title: "listening sockets (ss, netstat)",
  kinds: ["listening-sockets"],
  command: /^(?:ss|netstat)\b/,
  sniff: (head) => (head.some((text) => HEADER.test(text)) && head.some((text) => socketOf(text.trimEnd())) ? 0.95 : 0),
  open: ({ sink }) => ({
    line(line) {
      const text = line.text.trimEnd();
      const socket = socketOf(text);
      if (socket) sink.fact("socket", `${socket.address}:${socket.port}`, socket, line);
      else if (!HEADER.test(text) && !BESIDE.test(text)) emitForeign(line, sink, "a socket");
    },
    end: () => undefined,
  }),
  samples: [
    {
      name: "ss, with and without processes",
      lines: [
        "State  Recv-Q Send-Q Local Address:Port  Peer Address:PortProcess",
        'LISTEN 0      4096       127.0.0.1:2379       0.0.0.0:*    users:(("etcd",pid=900,fd=8))',
        "LISTEN 0      128             [::]:22            [::]:*",
        "LISTEN 0      4096               *:10250            *:*    ",
        'LISTEN 0 4096 127.0.0.53%lo:53 0.0.0.0:* users:(("systemd-resolve",pid=1,fd=8))',
      ],
      events: 0,
      facts: 4,
    },
    {
      name: "ss with families, netstat, and what is neither",
      lines: [
        "Netid State  Recv-Q Send-Q Local Address:Port Peer Address:Port",
        "udp   UNCONN 0      0      0.0.0.0:68         0.0.0.0:*",
        "tcp   ESTAB  0      0      10.0.0.1:22        10.0.0.2:50000",
        "Active Internet connections (only servers)",
        "Proto Recv-Q Send-Q Local Address           Foreign Address         State       PID/Program name",
        "tcp        0      0 127.0.0.1:10248         0.0.0.0:*               LISTEN      319/kubelet",
        "tcp6       0      0 :::6443                 :::*                    LISTEN      -",
        "what is this",
      ],
      events: 1,
      facts: 3,
      warnings: 1,
    },
  ],
};

export default bounded(source);
