/**
 * Literal lines of every form that `journal-text` reads, from real nodes where a real one was at hand.
 *
 *     Nov 05 06:07:57 k1 kubelet[319]: E1105 06:07:57.028616     319 reflector.go:205] k8s.io/kubernetes/pkg/…
 */
import type { SourceSample } from "../model/source.ts";

export const samples: SourceSample[] = [
  {
    name: "short, klog",
    lines: [
      "-- Logs begin at Wed 2020-04-01 17:23:43 UTC. --",
      "Nov 05 06:07:57 k1 kubelet[319]: E1105 06:07:57.028616     319 reflector.go:205] k8s.io/kubernetes/pkg/kubelet/config/apiserver.go:47: Failed to list *v1.Pod: Get https://10.11.12.13:6443/api/v1/pods?fieldSelector=spec.nodeName%3Dk1&resourceVersion=0: dial tcp 10.11.12.13:6443: getsockopt: connection refused",
      'Nov 05 06:07:57 k1 kubelet[319]: E1105 06:07:57.236495     319 kuberuntime_manager.go:840] PodSandboxStatus of sandbox "7d9ec743" for pod "kube-apiserver-k1_kube-system(c0f77be1)" error: rpc error: code = Unknown desc = Error response from daemon',
    ],
    events: 2,
    facts: 1,
    firstStated: "1972-11-05T06:07:57.028616",
  },
  {
    name: "short-iso, several processes, a boot and a continuation",
    lines: [
      "2026-04-27T19:49:00+0000 pi-master kernel: Command line: console=ttyS0,115200 root=PARTUUID=f42da1b3-02",
      "2026-04-27T19:49:00+0000 pi-master systemd[1]: Started kubelet.service - kubelet: The Kubernetes Node Agent.",
      "                                           If you want to keep using the local clock, then add:",
      "-- Boot e68720e89cd64da1a90a1eeaa3d5c419 --",
      '2026-04-27T19:49:30+0000 pi-master dockerd[338]: time="2026-04-27T19:49:29.993416910Z" level=info msg="[core] parsed scheme: \\"unix\\"" module=grpc',
    ],
    events: 5,
    facts: 0,
    firstStated: "2026-04-27T19:49:00",
  },
  {
    name: "busybox, with the facility and the level in front of the process",
    lines: [
      "Nov  5 06:07:57 k2 daemon.err dockerd[31]: failed to start containerd: timeout waiting for it",
      "Nov  5 06:07:58 k2 user.notice dockerd: API listen on /var/run/docker.sock",
      "Nov  5 06:07:59 k2 kern.warn kernel: [   12.500000] cgroup: disabled",
      "Nov  5 06:08:00 k2 syslog.info syslogd exiting",
    ],
    events: 4,
    facts: 0,
    firstStated: "1972-11-05T06:07:57",
  },
  {
    name: "short, logfmt in UTC beside a local header",
    lines: [
      'Nov 11 17:47:52 a0.local containerd[6276]: time="2023-11-11T17:47:52.920080462-05:00" level=info msg="RemoveContainer for \\"f204\\""',
      'Nov 11 17:48:11 a0.local containerd[6276]: time="2023-11-11T17:48:11.912410311-05:00" level=error msg="get state" error="context canceled"',
    ],
    events: 2,
    facts: 1,
    firstStated: "1972-11-11T17:47:52.920080",
  },
  {
    name: "short-full and with-unit",
    lines: [
      "Mon 2026-03-02 05:45:05 UTC pi-master kubelet[482]: F0302 05:45:05.370927     482 server.go:198] failed to load Kubelet config file",
      "Mon 2026-03-02 05:45:06 UTC pi-master init.scope[1]: kubelet.service: Main process exited, code=exited, status=255/EXCEPTION",
      "Mon 2026-03-02 06:45:06 CET pi-master docker.service[338]: Handler for GET /v1.40/containers/json returned error",
    ],
    events: 3,
    facts: 2,
    firstStated: "2026-03-02T05:45:05.370927",
  },
  {
    name: "short-full of other languages, and a zone that is a number",
    lines: [
      "Thu 2026-03-05 06:07:57 -04 k1 kubelet[319]: node not found",
      "Do 2026-03-05 11:07:58 CET k1 kubelet[319]: node not found",
      "jeu. 2026-03-05 11:07:58 CET k1 kubelet[319]: node not found",
      "四 2026-03-05 18:07:59 CST k1 kubelet[319]: node not found",
    ],
    events: 4,
    facts: 2,
    firstStated: "2026-03-05T10:07:57",
  },
  {
    name: "short-unix",
    lines: ["1772430305.123456 pi-master systemd[1]: Reached target multi-user.target - Multi-User System."],
    events: 1,
    facts: 0,
    firstStated: "2026-03-02T05:45:05.123456",
  },
  {
    name: "short-monotonic",
    lines: [
      "[    8.117270] pi-master kernel: EXT4-fs error (device mmcblk0p2): ext4_lookup:1855: inode #262568: comm dockerd: deleted inode referenced: 262569",
      "[    9.000001] pi-master systemd[1]: Starting docker.service - Docker Application Container Engine...",
    ],
    events: 2,
    facts: 0,
    firstStated: "1970-01-01T00:00:08.117270",
  },
  {
    name: "syslog file with the kernel's own stamp, and a repeat",
    lines: [
      "Mar 23 07:47:58 raspberrypi kernel: [ 1788.652787] hwmon hwmon1: Voltage normalised",
      "Mar 23 07:48:00 raspberrypi kernel: [ 1790.742852] hwmon hwmon1: Undervoltage detected!",
      "Mar 23 07:48:00 raspberrypi last message repeated 2 times",
    ],
    events: 3,
    facts: 0,
    firstStated: "1972-03-23T07:47:58",
  },
  {
    name: "RFC 3164 and RFC 5424 with priority",
    lines: [
      "<30>Nov  5 06:07:57 k1 dockerd[338]: Processing signal 'terminated'",
      "<13>1 2026-03-02T11:46:11.186143Z pi-master cron 319 - - (root) CMD (run-parts /etc/cron.hourly)",
      '<165>1 2026-03-02T11:46:11.186+01:00 pi-master evntslog - ID47 [exampleSDID@32473 iut="3"] An application event',
    ],
    events: 3,
    facts: 0,
    firstStated: "1972-11-05T06:07:57",
  },
  {
    name: "rsyslog, ISO with microseconds and zone",
    lines: [
      "2024-10-01T11:34:07.899178+02:00 debian-node1 kubelet[1914]: E1001 11:34:07.899084    1914 bootstrap.go:266] part of the existing bootstrap client certificate in /etc/kubernetes/kubelet.conf is expired: 2024-09-12 09:18:55 +0000 UTC",
    ],
    events: 1,
    facts: 1,
    firstStated: "2024-10-01T09:34:07.899178",
  },
  {
    name: "months of other languages",
    lines: [
      "8月 13 06:00:04 m7-devops-128107 dockerd[34157]: readlink /mnt/disk0/docker/data/overlay2: invalid argument",
      " 6月 12 08:55:47 kubenode kubelet[261533]: Flag --container-runtime-endpoint has been deprecated",
      "Okt 05 06:07:57 pi kubelet[319]: text",
      "Mär 05 06:07:57 pi kubelet[319]: text",
      "ene 05 06:07:57 pi kubelet[319]: text",
      "août 05 06:07:57 pi kubelet[319]: text",
      "févr. 5 06:07:57 pi kubelet[319]: text",
    ],
    events: 7,
    facts: 0,
    firstStated: "1972-08-13T06:00:04",
  },
  // journalctl -o short in each language (glibc abmon), and the forms of people's own templates.
  ...[
    "Dez 05 06:07:57",
    "déc. 05 06:07:57",
    "déc 05 06:07:57",
    "dic 05 06:07:57",
    "dez 05 06:07:57",
    "12月 05 06:07:57",
    "дек 05 06:07:57",
    "gru 05 06:07:57",
    "5. Dez 06:07:57",
    "05 déc. 06:07:57",
    "Sa 5. Dez 06:07:57",
    "sáb dic  5 06:07:57",
    "sam. déc. 05 06:07:57",
    "六 12月 05 06:07:57",
  ].map((stamp) => ({
    name: `months of other languages: ${stamp}`,
    command: "journalctl -u kubelet",
    lines: [`${stamp} pi kubelet[319]: Starting kubelet.`],
    events: 1,
    facts: 0,
    firstStated: "1972-12-05T06:07:57",
  })),
  {
    name: "malformed lines between good ones",
    lines: [
      'Aug 30 14:26:36 k8smaster kubelet[6876]: E0830 14:26:36.008302    6876 kubelet.go:2248] node "k8smaster" not found',
      "Aug 99 14:26:36 k8smaster kubelet[6876]: no such day",
      "goroutine 1 [running]:",
      "Aug 30 25:61:00 k8smaster kubelet[6876]: no such time",
      "",
      "Aug 30 14:26:37 k8smaster kubelet[6876]:",
    ],
    events: 5,
    facts: 1,
  },
  { name: "no entries", lines: ["-- No entries --"], events: 0, facts: 0 },
];
