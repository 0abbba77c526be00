/** A literal line, at least, of every family of signatures that a broken node is known by, and the rule that reads it. */
import { expect, test } from "vitest";
import { createMatcher } from "../../analyzer/rules/line.ts";
import { loadRules } from "../../analyzer/rules/registry.ts";

const match = createMatcher((await loadRules()).filter((rule) => rule.type === "line"));

/** Number of the family, the rule, the line. */
const LINES: [number, string, string][] = [
  [
    1,
    "ext4-error",
    "EXT4-fs error (device mmcblk0p2): ext4_lookup:1700: inode #131075: comm dockerd: deleted inode referenced: 262204",
  ],
  [1, "read-only-line", "EXT4-fs error (device sda1) in ext4_reserve_inode_write:5745: Journal has aborted"],
  [1, "ext4-io-error", "EXT4-fs error (device sda1) in ext4_dirty_inode:5941: IO failure"],
  [
    1,
    "ext4-error",
    "EXT4-fs error (device mmcblk0p2): ext4_validate_block_bitmap:376: comm kworker/u8:2: bg 12: bad block bitmap checksum",
  ],
  [
    1,
    "ext4-error",
    "EXT4-fs error (device mmcblk0p2): htree_dirblock_to_tree:1003: inode #8201: block 33210: comm find: bad entry in directory: rec_len is smaller than minimal",
  ],
  [2, "ext4-error-record", "EXT4-fs (mmcblk0p2): error count since last fsck: 14"],
  [
    2,
    "ext4-error-record",
    "EXT4-fs (mmcblk0p2): initial error at time 1571817600: ext4_lookup:1700: inode 131075: block 9",
  ],
  [2, "ext4-error-record", "EXT4-fs (mmcblk0p2): last error at 33: ext4_find_entry:1450"],
  [3, "read-only-line", "EXT4-fs (mmcblk0p2): Remounting filesystem read-only"],
  [3, "read-only-line", "F2FS-fs (mmcblk0p2): Remounting filesystem read-only"],
  [4, "structure-needs-cleaning", "open /var/lib/docker/overlay2/7a/lower: structure needs cleaning"],
  [5, "ext4-journal-damaged", "JBD2: Invalid checksum recovering block 1234 in log"],
  [5, "ext4-journal-damaged", "JBD2: recovery failed"],
  [5, "ext4-journal-damaged", "EXT4-fs (mmcblk0p2): error loading journal"],
  [5, "root-mount-failed", 'VFS: Cannot open root device "mmcblk0p2" or unknown-block(179,2): error -5'],
  [5, "root-mount-failed", "VFS: Unable to mount root fs on unknown-block(179,2)"],
  [6, "block-io-error", "Buffer I/O error on dev mmcblk0p2, logical block 917504, lost async page write"],
  [6, "block-io-error", "Buffer I/O error on device sda1, logical block 12"],
  [7, "block-io-error", "blk_update_request: I/O error, dev mmcblk0, sector 7340032"],
  [7, "block-io-error", "I/O error, dev sda, sector 88120 op 0x1:(WRITE) flags 0x800 phys_seg 1 prio class 2"],
  [7, "block-io-error", "blk_update_request: critical medium error, dev sda, sector 88120 op 0x0:(READ) flags 0x0"],
  [7, "block-io-error", "critical target error, dev sdb, sector 1024"],
  [7, "block-io-error", "print_req_error: I/O error, dev sda, sector 2048"],
  [8, "block-io-error", "mmc0: Timeout waiting for hardware interrupt."],
  [8, "block-io-error", "mmcblk0: error -110 sending stop command, original cmd response 0x900, card status 0x400900"],
  [8, "block-io-error", "mmcblk0: error -110 sending status command, retrying"],
  [8, "block-io-error", "mmc0: Card stuck being busy! __mmc_poll_for_busy"],
  [8, "block-io-error", "mmc0: card never left busy state"],
  [8, "block-io-error", "mmc0: cache flush error -110"],
  [9, "block-io-error", "mmc0: reducing overclock due to errors"],
  [9, "block-io-error", "mmc0: cancelling overclock"],
  [9, "block-io-error", "mmc0: final write to SD card still running"],
  [10, "under-voltage-line", "Under-voltage detected! (0x00050005)"],
  [10, "under-voltage-line", "hwmon hwmon1: Undervoltage detected!"],
  [10, "under-voltage-line", "hwmon hwmon1: Voltage normalised"],
  [10, "throttled-flags", "throttled=0x50005"],
  [
    11,
    "oom-line",
    "Out of memory: Killed process 1203 (java) total-vm:3001232kB, anon-rss:801232kB, file-rss:0kB, shmem-rss:0kB, UID:0 pgtables:1700kB oom_score_adj:985",
  ],
  [11, "oom-line", "Out of memory: Kill process 1203 (java) score 911 or sacrifice child"],
  [11, "oom-line", "Memory cgroup out of memory: Killed process 2201 (node) total-vm:901232kB, anon-rss:261232kB"],
  [11, "oom-line", "Killed process 1203 (java) total-vm:3001232kB, anon-rss:801232kB, file-rss:0kB"],
  [12, "hung-storage", "INFO: task jbd2/mmcblk0p2-:96 blocked for more than 120 seconds."],
  [12, "hung-task", "INFO: task kworker/1:2:3311 blocked for more than 122 seconds."],
  [13, "rcu-stall", "rcu: INFO: rcu_sched self-detected stall on CPU"],
  [13, "rcu-stall", "rcu: INFO: rcu_preempt detected stalls on CPUs/tasks:"],
  [13, "rcu-stall", "rcu: INFO: rcu_preempt detected expedited stalls on CPUs/tasks: { 2-... } 21 jiffies s: 1201"],
  [13, "rcu-stall", "watchdog: BUG: soft lockup - CPU#2 stuck for 22s! [containerd:812]"],
  [14, "kernel-oops", "BUG: unable to handle kernel NULL pointer dereference at 0000000000000008"],
  [14, "kernel-oops", "Unable to handle kernel paging request at virtual address ffffffc0deadbeef"],
  [14, "kernel-oops", "Unable to handle kernel NULL pointer dereference at virtual address 00000000"],
  [14, "kernel-oops", "divide error: 0000 [#1] SMP"],
  [14, "kernel-oops", "Internal error: Oops: 96000004 [#1] PREEMPT SMP"],
  [15, "netdevice-leak", "unregister_netdevice: waiting for veth3a1b to become free. Usage count = 2"],
  [16, "conntrack-full", "nf_conntrack: table full, dropping packet"],
  [16, "conntrack-full", "nf_conntrack: nf_conntrack: table full, dropping packet"],
  [17, "xfs-corruption", "XFS (sda3): Corruption detected. Unmount and run xfs_repair"],
  [
    17,
    "xfs-corruption",
    "XFS (sda3): xfs_do_force_shutdown(0x2) called from line 1211 of file fs/xfs/xfs_log.c. Return address = 0xc",
  ],
  [
    17,
    "xfs-corruption",
    "XFS (sda3): Log I/O error (0x2) detected at xlog_ioend_work+0x5d/0xc0 [xfs] (fs/xfs/xfs_log.c:1376).  Shutting down filesystem.",
  ],
  [17, "xfs-corruption", "XFS (sda3): Please unmount the filesystem and rectify the problem(s)"],
  [17, "block-io-error", 'XFS (sda3): metadata I/O error in "xfs_trans_read_buf_map" at daddr 0x2 len 1 error 5'],
  [18, "disk-wear", "Device: /dev/sda [SAT], 16 Currently unreadable (pending) sectors"],
  [18, "disk-wear", "Device: /dev/sda [SAT], 3 Offline uncorrectable sectors"],
  [19, "layer-link-invalid", "readlink /var/lib/docker/overlay2/l: invalid argument"],
  [
    19,
    "layer-link-invalid",
    "Error response from daemon: readlink /var/lib/docker/overlay2/l/QA2ZLM3NOP4RST5UVW6XYZ7ABC: no such file or directory",
  ],
  [
    20,
    "overlay-mount-failed",
    "error creating overlay mount to /var/lib/docker/overlay2/5e1d/merged: invalid argument",
  ],
  [
    20,
    "overlay-mount-failed",
    "error creating overlay mount to /var/lib/docker/overlay2/5e1d/merged: no such file or directory",
  ],
  [
    20,
    "overlay-mount-failed",
    "error creating overlay mount to /var/lib/docker/overlay2/5e1d/merged: structure needs cleaning",
  ],
  [
    21,
    "image-content-damaged",
    "failed to register layer: rename /var/lib/docker/image/overlay2/layerdb/tmp/write-set-1 /var/lib/docker/image/overlay2/layerdb/sha256/aa: directory not empty",
  ],
  [21, "image-content-damaged", "failed to register layer: rename /a /b: file exists"],
  [
    21,
    "no-space-left",
    "failed to register layer: Error processing tar file(exit status 1): write /usr/lib/x: no space left on device",
  ],
  [22, "layer-link-invalid", "refusing to remove empty link for layer 5e1d00"],
  [22, "layer-link-invalid", "refusing to proceed with emtpy link file"],
  [
    24,
    "container-load-failed",
    "Failed to load container aa00bb11cc22dd33ee44ff5566778899aa00bb11cc22dd33ee44ff5566778899: open /var/lib/docker/containers/x/config.v2.json: no such file or directory",
  ],
  [
    24,
    "container-load-failed",
    "failed to load container container=aa00bb11cc22dd33ee44ff5566778899aa00bb11cc22dd33ee44ff5566778899 error=unexpected end of JSON input",
  ],
  [25, "bolt-panic", "panic: freepages: failed to get all reachable pages (page 8241: multiple references)"],
  [25, "bolt-panic", "panic: invalid freelist page: 66, page type is leaf"],
  [25, "bolt-panic", "panic: assertion failed: Page expected to be: 4, but self identifies as 0"],
  [25, "bolt-panic", "panic: invalid page type: 66: 10"],
  [
    26,
    "iptables-kernel-mismatch",
    'Error starting daemon: Error initializing network controller: Error creating default "bridge" network: Failed to program NAT chain',
  ],
  [
    26,
    "runtime-database-damaged",
    "failed to start daemon: Error initializing network controller: error obtaining controller instance: unexpected end of JSON input",
  ],
  [27, "runtime-database-locked", "waiting for response from boltdb open plugin=bolt"],
  [27, "runtime-database-damaged", "failed to load plugin io.containerd.metadata.v1.bolt error=invalid database"],
  [
    27,
    "sandbox-name-reserved",
    'failed to recover state: failed to reserve sandbox name "etcd-n7_kube-system_ab_0": name is reserved for "ab"',
  ],
  [28, "image-content-damaged", "failed to pull image: content digest sha256:ab12: not found"],
  [
    28,
    "dns-lookup-failed",
    'failed to get sandbox image "registry.k8s.io/pause:3.9": failed to pull image: dial tcp: lookup registry.k8s.io: no such host',
  ],
  [
    29,
    "sandbox-network-line",
    'failed to setup network for sandbox "ab12": plugin type="flannel" failed (add): loadFlannelSubnetEnv failed: open /run/flannel/subnet.env: no such file or directory',
  ],
  [29, "sandbox-network-line", 'failed to find plugin "bridge" in path [/opt/cni/bin]'],
  [
    29,
    "sandbox-network-line",
    'failed to setup network for sandbox "ab12": plugin type="calico" failed (add): error getting ClusterInformation: connection is unauthorized',
  ],
  [
    30,
    "network-not-ready",
    "Container runtime network not ready networkReady=NetworkReady=false reason:NetworkPluginNotReady message:Network plugin returns error: cni plugin not initialized",
  ],
  [30, "network-not-ready", "Unable to update cni config: No networks found in /etc/cni/net.d"],
  [30, "network-not-ready", "cni config uninitialized"],
  [
    31,
    "pleg-unhealthy",
    "skipping pod synchronization - PLEG is not healthy: pleg was last seen active 3m5.2s ago; threshold is 3m0s",
  ],
  [32, "runtime-unreachable", "container runtime is down"],
  [33, "apiserver-refused", "dial tcp 10.20.0.11:6443: connect: connection refused"],
  [
    33,
    "kubectl-refused",
    "The connection to the server 10.20.0.11:6443 was refused - did you specify the right host or port?",
  ],
  [33, "node-not-found", 'Error getting node err=node "n7" not found'],
  [34, "eviction-disk", "eviction manager: attempting to reclaim ephemeral-storage"],
  [34, "eviction-memory", "eviction manager: must evict pod(s) to reclaim memory"],
  [
    34,
    "image-space-failed",
    "Image garbage collection failed multiple times in a row err=failed to garbage collect required amount of images. Wanted to free 1203120 bytes, but freed 0 bytes",
  ],
  [35, "no-space-left", "write /var/lib/docker/tmp/GetImageBlob1: no space left on device"],
  [
    36,
    "x509-time",
    "x509: certificate has expired or is not yet valid: current time 2019-02-14T10:12:01Z is before 2023-04-11T07:00:00Z",
  ],
  [
    36,
    "x509-time",
    "x509: certificate has expired or is not yet valid: current time 2026-02-14T10:12:01Z is after 2025-04-11T07:00:00Z",
  ],
  [37, "etcd-slow-lines", "slow fdatasync took=2.113s expected-duration=1s"],
  [37, "etcd-slow-lines", "apply request took too long took=812ms expected-duration=100ms"],
  [
    37,
    "etcd-slow-lines",
    "leader failed to send out heartbeat on time; took too long, leader is overloaded likely from slow disk to=ab heartbeat-interval=100ms",
  ],
  [
    37,
    "etcd-slow-lines",
    "waiting for ReadIndex response took too long, retrying sent-request-id=1 retry-timeout=500ms",
  ],
  [38, "etcd-space", "etcdserver: mvcc: database space exceeded"],
  [39, "etcd-log-damaged", "walpb: crc mismatch"],
  [39, "etcd-log-damaged", "snap: crc mismatch"],
  [39, "etcd-database-damaged", "failed to open database path=/var/lib/etcd/member/snap/db error=invalid database"],
  [
    39,
    "etcd-log-damaged",
    "failed to recover v3 backend from snapshot error=failed to find database snapshot file (snap: snapshot file doesn't exist)",
  ],
  [39, "etcd-log-damaged", "found data inconsistency with peers"],
  [39, "etcd-log-damaged", "etcdserver: corrupt cluster"],
  [
    40,
    "etcd-clock-drift",
    "prober found high clock drift round-tripper-name=ROUND_TRIPPER_RAFT_MESSAGE remote-peer-id=ab clock-drift=5.31s rtt=2.1ms",
  ],
  [41, "sqlite-damaged", "database disk image is malformed"],
  [41, "leader-election-lost", "leaderelection lost for k3s"],
  [41, "leader-election-lost", "Leaderelection lost"],
  [41, "kine-object-cut", "failed to list *core.Node: unexpected EOF"],
  [42, "memory-cgroup-missing", "failed to find memory cgroup (v2)"],
  [
    42,
    "memory-cgroup-missing",
    'Failed to find memory cgroup, you may need to add "cgroup_memory=1 cgroup_enable=memory" to your linux cmdline',
  ],
  [42, "memory-cgroup-missing", "system validation failed - Following Cgroup subsystem not mounted: [memory]"],
  [42, "kubeadm-preflight-failed", "[ERROR SystemVerification]: missing required cgroups: memory"],
  [43, "swap-enabled", "failed to run Kubelet: running with swap on is not supported, please disable swap"],
  [
    44,
    "address-in-use",
    "failed to create listener: failed to listen on 0.0.0.0:6443: listen tcp 0.0.0.0:6443: bind: address already in use",
  ],
  [44, "address-in-use", "listen tcp 127.0.0.1:10248: bind: address already in use"],
  [45, "crash-loop", "back-off 5m0s restarting failed container=etcd pod=etcd-n7_kube-system(ab12)"],
  [45, "crash-loop", "default   shop-0   0/1   CrashLoopBackOff   12   3d"],
  [46, "unit-failed", "k3s.service: Scheduled restart job, restart counter is at 4412."],
  [46, "unit-failed", "docker.service: Start request repeated too quickly."],
  [
    47,
    "unclean-line",
    "File /var/log/journal/ab/system.journal corrupted or uncleanly shut down, renaming and replacing.",
  ],
  [
    48,
    "journal-unreadable",
    "Journal file /var/log/journal/ab/system.journal uses an unsupported feature, ignoring file.",
  ],
  [49, "clock-line", "System time before build time, advancing clock."],
  [
    49,
    "clock-line",
    "System clock time unset or jumped backwards, restoring from recorded timestamp: Mon 2026-03-02 11:46:20 UTC",
  ],
  [49, "clock-line", "Realtime clock jumped backwards relative to last journal entry, rotating."],
  [
    50,
    "rtc-local-time",
    "The system is configured to read the RTC time in the local time zone. This mode cannot be fully supported.",
  ],
  [51, "aufs-trouble", "task umount.aufs:5517 blocked for more than 120 seconds."],
  [52, "service-started", "Started kubelet: The Kubernetes Node Agent."],
  [52, "service-started", "Starting Docker Application Container Engine..."],
  [52, "service-started", "Starting containerd container runtime..."],
];

test.each(LINES)("family %i: %s reads %s", (_family, rule, line) => {
  expect(match(line).map((found) => found.rule)).toContain(rule);
});

/** What looks like them at each start of a healthy node, or says nothing without the lines beside it. */
const HARMLESS: string[] = [
  "Skipping pod synchronization err=container runtime status check may not have completed yet",
  "invalid capacity 0 on image filesystem",
  "mmc1: error -110 whilst initialising SD card",
  "Future hung task reports are suppressed, see sysctl kernel.hung_task_warnings",
];

test.each(HARMLESS)("no rule reads %s", (line) => expect(match(line)).toEqual([]));

test("every family with lines of its own has one", () => {
  const families = new Set(LINES.map(([family]) => family));
  // 23 is told by the list of containers (exit-255).
  const missing = Array.from({ length: 52 }, (_, index) => index + 1).filter((family) => !families.has(family));
  expect(missing).toEqual([23]);
});
