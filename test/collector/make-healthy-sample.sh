#!/bin/bash
# Builds samples/healthy/pi4: a node with nothing wrong, as collect.sh sees it.
#
# Real: the docker engine and its containers, overlay2 and layerdb on an ext4 image, the superblock, a journal
# file read by journalctl, certificates read by openssl, log files and links, the collector itself.
# Written here: what a Raspberry Pi would say and this machine cannot (kernel log, vcgencmd, /sys, systemd, ps, ss).
#
# Needs root, dockerd, busybox-static, e2fsprogs, systemd-journal-remote. usage: make-healthy-sample.sh [OUTPUT-DIR]
set -eu
here=$(cd "$(dirname "$0")" && pwd)
collector=$here/../../collector/collect.sh
output=${1:-$here/../../samples/healthy/pi4}
node=pi4
boot_id=5b7d2f0e-6c1a-4b0e-9a51-3d2f8e7c9b10
machine_id=0f3c5a7e9b1d4f6082a4c6e8f0b2d4f6
kernel=6.1.21-v8+

if [ "${HEALTHY_STAGE:-}" = "" ]; then
  work=$(mktemp -d /tmp/healthy.XXXXXX)
  export HEALTHY_STAGE=host work
  unshare --mount --uts --propagation private bash "$0" "$output" || status=$?
  exec 9>&-
  rm -rf "$work"
  exit "${status:-0}"
fi

# --- the card: an ext4 image that the node knows as /dev/mmcblk0p2
root=$work/root
mkdir -p "$root" "$work/dev"
truncate -s 900M "$work/card"
mkfs.ext4 -q -L rootfs -U 9c1f8a52-7d34-4e0b-8f6a-2b1c3d4e5f60 "$work/card"
loop=$(losetup --find --show "$work/card")
mount -t tmpfs -o mode=755 dev "$work/dev"
for entry in null:1:3 zero:1:5 full:1:7 random:1:8 urandom:1:9; do
  IFS=: read -r name major minor <<<"$entry"
  mknod -m 666 "$work/dev/$name" c "$major" "$minor"
done
mknod "$work/dev/mmcblk0p2" b 7 "${loop#/dev/loop}"
# The name that /proc/mounts shows is the one given here.
ln -s "$work/dev/mmcblk0p2" /dev/mmcblk0p2
mount --no-canonicalize -t ext4 -o noatime /dev/mmcblk0p2 "$root"
rm /dev/mmcblk0p2
# The first file opened makes ext4 note where it is mounted: here, not where the node has it.
mkdir "$root/bin"
true >"$root/bin/first"
rm "$root/bin/first"
sync -f "$root"
tune2fs -M / "$loop" >/dev/null

finish() {
  docker ps -q | xargs -r docker kill >/dev/null 2>&1 || true
  [ ! -s "$work/docker.pid" ] || kill "$(cat "$work/docker.pid")" 2>/dev/null || true
  for _ in $(seq 60); do
    [ -s "$work/docker.pid" ] || break
    sleep 0.5
  done
  umount -R "$root" 2>/dev/null || umount -l -R "$root" || true
  umount -l "$work/dev" "$work/sys" "$work/proc" 2>/dev/null || true
  losetup -d "$loop" || true
}
trap finish EXIT

# --- the tools of the node
cd "$root"
mkdir -p sbin usr/bin usr/sbin usr/local/bin lib64 etc var/log var/lib/docker run proc sys dev tmp root boot
ln -s /run var/run
install_tool() {
  for tool in "$@"; do
    path=$(command -v "$tool")
    cp "$path" "$root/usr/bin/"
    ldd "$path" 2>/dev/null | grep -o '/[^ ]*' | while read -r library; do
      mkdir -p "$root$(dirname "$library")"
      cp -n "$library" "$root$library"
    done
  done
}
install_tool dash docker dumpe2fs openssl journalctl findmnt stat ls head df gzip sha256sum od dd sed awk date
cp "$(command -v busybox)" bin/busybox
for applet in sh cat grep sort tail tr wc mkdir rm mv sleep readlink; do
  ln -s /bin/busybox "bin/$applet"
done
stub() { # NAME: a command that prints what the here-document says
  {
    echo '#!/bin/sh'
    cat
  } >"$root/usr/local/bin/$1"
  chmod 755 "$root/usr/local/bin/$1"
}

# --- its identity
hostname "$node"
echo "$node" >etc/hostname
printf '127.0.0.1\tlocalhost\n192.168.1.14\t%s\n' "$node" >etc/hosts
printf 'nameserver 192.168.1.1\n' >etc/resolv.conf
echo "$machine_id" >etc/machine-id
echo Europe/Madrid >etc/timezone
echo 11.6 >etc/debian_version
cat >etc/os-release <<'END'
PRETTY_NAME="Debian GNU/Linux 11 (bullseye)"
NAME="Debian GNU/Linux"
VERSION_ID="11"
VERSION="11 (bullseye)"
VERSION_CODENAME=bullseye
ID=debian
END
mkdir -p usr/lib usr/share/zoneinfo/Europe
cp /usr/share/zoneinfo/Europe/Madrid usr/share/zoneinfo/Europe/
ln -sf /usr/share/zoneinfo/Europe/Madrid etc/localtime
printf 'root:x:0:0:root:/root:/bin/sh\n' >etc/passwd
printf 'root:x:0:\n' >etc/group
printf 'arm_64bit=1\ndtoverlay=vc4-kms-v3d\ngpu_mem=16\n' >boot/config.txt
cmdline='console=serial0,115200 console=tty1 root=PARTUUID=4f1c2a7b-02 rootfstype=ext4 fsck.repair=yes rootwait'
cmdline="$cmdline cgroup_enable=cpuset cgroup_enable=memory cgroup_memory=1"
echo "$cmdline" >boot/cmdline.txt
date -u -d '-9 minutes' '+%Y-%m-%d %H:%M:%S' >etc/fake-hwclock.data

# --- docker: the real engine, seeing the card's /var/lib/docker and this node's name
mkdir -p "$work/exec" /var/lib/docker /run/docker
mount --bind "$work/exec" /run/docker
mount --bind "$root/var/lib/docker" /var/lib/docker
mount --bind "$root/etc/os-release" /etc/os-release
[ ! -e /usr/lib/os-release ] || mount --bind "$root/etc/os-release" /usr/lib/os-release
mount -t tmpfs -o mode=755,size=60m tmpfs "$root/run"
env -i PATH="$PATH" HOME=/root dockerd --bridge=none --iptables=false --storage-driver overlay2 \
  --exec-root /run/docker --pidfile "$work/docker.pid" -H "unix://$root/run/docker.sock" \
  >"$work/dockerd.log" 2>&1 &
export DOCKER_HOST=unix://$root/run/docker.sock
for _ in $(seq 60); do
  docker version >/dev/null 2>&1 && break
  sleep 0.5
done

image() { # NAME LAYER-TEXT: a base layer with busybox and one of its own
  mkdir -p "$work/base/bin" "$work/image"
  cp /bin/busybox "$work/base/bin/"
  [ -n "$(docker images -q pause-base)" ] || tar -C "$work/base" -c . | docker import - pause-base >/dev/null
  printf 'FROM pause-base\nCOPY %s /etc/component\n' "$2" >"$work/image/Dockerfile"
  echo "$2" >"$work/image/$2"
  DOCKER_BUILDKIT=0 docker build -q -t "$1" "$work/image" >/dev/null 2>&1
}
uid() { printf '%s' "$1" | md5sum | cut -c1-32; }
now_klog() { date -u '+%m%d %H:%M:%S.%6N'; }

run_container() { # COMPONENT POD NAMESPACE UID IMAGE ATTEMPT LOG-LINE
  docker run -d --network none --restart no --name "k8s_$1_$2_$3_$4_$6" \
    --label "io.kubernetes.container.name=$1" --label "io.kubernetes.pod.name=$2" \
    --label "io.kubernetes.pod.namespace=$3" --label "io.kubernetes.pod.uid=$4" \
    --label "io.kubernetes.docker.type=$([ "$1" = POD ] && echo podsandbox || echo container)" \
    -e "GOMAXPROCS=4" "$5" /bin/busybox sh -c "echo \"$7\" >&2; while :; do /bin/busybox sleep 3600; done" \
    >"$work/id"
  read -r id <"$work/id"
  [ "$1" != POD ] || return 0
  mkdir -p "var/log/pods/$3_$2_$4/$1" var/log/containers
  ln -s "/var/lib/docker/containers/$id/$id-json.log" "var/log/pods/$3_$2_$4/$1/$6.log"
  ln -s "/var/log/pods/$3_$2_$4/$1/$6.log" "var/log/containers/$2_$3_$1-$id.log"
}

image k8s.gcr.io/pause:3.2 pause
mkdir -p etc/kubernetes/manifests etc/kubernetes/pki var/lib/kubelet/pods
booted=$(date +%s)
sequence=0
entry() { printf '%s|%s|%s|%s|%s\n' "$@" >>"$work/entries"; } # SECONDS-AFTER-BOOT IDENTIFIER PID PRIORITY MESSAGE
export_entry() {
  sequence=$((sequence + 1))
  {
    printf '__REALTIME_TIMESTAMP=%s\n__MONOTONIC_TIMESTAMP=%s\n' "$(((booted + $1) * 1000000 + sequence * 1117))" \
      "$(($1 * 1000000 + sequence * 1117))"
    printf '_BOOT_ID=%s\n_MACHINE_ID=%s\n_HOSTNAME=%s\n' "${boot_id//-/}" "$machine_id" "$node"
    printf 'PRIORITY=%s\nSYSLOG_IDENTIFIER=%s\n' "$4" "$2"
    [ "$2" = kernel ] && printf '_TRANSPORT=kernel\n' || printf '_TRANSPORT=stdout\n_PID=%s\nSYSLOG_PID=%s\n_SYSTEMD_UNIT=%s.service\n' "$3" "$3" "$2"
    printf 'MESSAGE=%s\n\n' "$5"
  } >>"$work/journal.export"
}
pods='etcd kube-apiserver kube-controller-manager kube-scheduler'
for component in $pods; do
  image "k8s.gcr.io/$component:v1.20.15" "$component"
done
booted=$(($(date +%s) - 41))
for component in $pods; do
  pod=$component-$node
  pod_uid=$(uid "$pod")
  run_container POD "$pod" kube-system "$pod_uid" k8s.gcr.io/pause:3.2 0 ''
  case $component in
    etcd) line="$(date -u '+%Y-%m-%d %H:%M:%S.%6N') I | embed: ready to serve client requests" ;;
    *) line="I$(now_klog)       1 serving.go:331] Generated self-signed cert in-memory" ;;
  esac
  run_container "$component" "$pod" kube-system "$pod_uid" "k8s.gcr.io/$component:v1.20.15" 0 "$line"
  echo "$component $id" >>"$work/started"
  mkdir -p "var/lib/kubelet/pods/$pod_uid/containers/$component"
  cat >"etc/kubernetes/manifests/$component.yaml" <<END
apiVersion: v1
kind: Pod
metadata:
  name: $component
  namespace: kube-system
spec:
  containers:
  - name: $component
    image: k8s.gcr.io/$component:v1.20.15
    env:
    - name: GOMAXPROCS
      value: "4"
  hostNetwork: true
END
done
cat >var/lib/kubelet/config.yaml <<'END'
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
cgroupDriver: cgroupfs
failSwapOn: true
staticPodPath: /etc/kubernetes/manifests
END
for certificate in ca apiserver; do
  openssl req -x509 -newkey rsa:2048 -nodes -days 365 -subj "/CN=kube-$certificate" -keyout /dev/null \
    -out "etc/kubernetes/pki/$certificate.crt" 2>/dev/null
done

# --- the journal and the kernel log of this boot
while IFS='|' read -r at text; do
  entry "${at%.*}" kernel 0 6 "$text"
  printf '<6>[%12s] %s\n' "$at" "$text" >>"$work/dmesg"
done <<END
0.000000|Booting Linux on physical CPU 0x0000000000 [0x410fd083]
0.000000|Linux version $kernel (dom@buildbot) (aarch64-linux-gnu-gcc-8 (Ubuntu/Linaro 8.4.0-3ubuntu1) 8.4.0) #1642 SMP PREEMPT
0.000000|Machine model: Raspberry Pi 4 Model B Rev 1.4
0.000000|Kernel command line: $cmdline
0.000000|Memory: 3737756K/4050944K available (11776K kernel code, 2168K rwdata, 4064K rodata, 4416K init)
1.214530|mmc0: new ultra high speed DDR50 SDHC card at address aaaa
1.216901|mmcblk0: mmc0:aaaa SL32G 29.7 GiB
1.221467| mmcblk0: p1 p2
1.903122|EXT4-fs (mmcblk0p2): mounted filesystem with ordered data mode. Quota mode: none.
1.903321|VFS: Mounted root (ext4 filesystem) readonly on device 179:2.
2.411870|systemd[1]: Detected architecture arm64.
3.870411|EXT4-fs (mmcblk0p2): re-mounted. Quota mode: none.
6.120044|bcmgenet fd580000.ethernet eth0: Link is Up - 1Gbps/Full - flow control rx/tx
14.702215|Bridge firewalling registered
END
klog() { date -u -d "@$((booted + $1))" '+%m%d %H:%M:%S.104233'; }
stamp() { date -u -d "@$((booted + $1))" '+%Y-%m-%dT%H:%M:%S.418211035Z'; }
entry 4 systemd 1 6 'Mounted Kernel Debug File System.'
entry 7 systemd-timesyncd 302 6 'Initial synchronization to time server 192.168.1.1:123 (192.168.1.1).'
entry 12 dockerd 611 6 "time=\"$(stamp 12)\" level=info msg=\"[graphdriver] using prior storage driver: overlay2\""
entry 15 dockerd 611 6 "time=\"$(stamp 15)\" level=info msg=\"Loading containers: done.\""
entry 15 dockerd 611 6 "time=\"$(stamp 15)\" level=info msg=\"API listen on /run/docker.sock\""
entry 15 systemd 1 6 'Started Docker Application Container Engine.'
entry 16 systemd 1 6 'Started kubelet: The Kubernetes Node Agent.'
entry 18 kubelet 702 6 "I$(klog 18)     702 server.go:416] Version: v1.20.15"
entry 21 kubelet 702 6 "I$(klog 21)     702 docker_service.go:255] Docker cri networking managed by kubernetes.io/no-op"
entry 24 kubelet 702 6 "I$(klog 24)     702 kubelet_node_status.go:71] Attempting to register node $node"
entry 39 kubelet 702 6 "I$(klog 39)     702 topology_manager.go:187] [topologymanager] Topology Admit Handler"
entry 55 kubelet 702 6 "I$(klog 55)     702 kubelet_node_status.go:74] Successfully registered node $node"
entry 61 systemd 1 6 'Startup finished in 2.3s (kernel) + 58.1s (userspace) = 1min 0.4s.'
sort -s -n -t '|' -k 1,1 "$work/entries" | while IFS='|' read -r at name pid priority message; do
  sequence=$((sequence + 1))
  export_entry "$at" "$name" "$pid" "$priority" "$message"
done
mkdir -p "var/log/journal/$machine_id"
/usr/lib/systemd/systemd-journal-remote --output="var/log/journal/$machine_id/system.journal" "$work/journal.export" 2>/dev/null
touch -d '-2 hours' "var/log/journal/$machine_id/system.journal"

# --- what only a Raspberry Pi could say
cp "$work/dmesg" etc/dmesg.txt
stub dmesg <<<'exec /bin/cat /etc/dmesg.txt'
stub uname <<END
case \$* in
  -n) echo $node ;;
  *) echo "Linux $node $kernel #1642 SMP PREEMPT Mon Apr  3 17:24:16 BST 2023 aarch64 GNU/Linux" ;;
esac
END
stub vcgencmd <<'END'
case $1 in
  get_throttled) echo throttled=0x0 ;;
  measure_temp) echo "temp=48.2'C" ;;
  measure_volts) echo volt=0.9260V ;;
  version) printf 'Mar 17 2023 10:50:39\nversion 82f27f99f7bc4a8d9b1f2a5c (clean) (release) (start_cd)\n' ;;
  *) echo ;;
esac
END
stub timedatectl <<'END'
case $1 in
  show) echo NTPSynchronized=yes ;;
  *) printf '%28s: %s\n' 'System clock synchronized' yes 'NTP service' active 'RTC in local TZ' no ;;
esac
END
stub systemctl <<'END'
case $* in
  *--failed*) printf '  UNIT LOAD ACTIVE SUB DESCRIPTION\n0 loaded units listed.\n' ;;
  *status*)
    for unit in docker kubelet; do
      printf '* %s.service - %s\n     Loaded: loaded (/lib/systemd/system/%s.service; enabled)\n     Active: active (running)\n\n' $unit $unit $unit
    done
    ;;
esac
END
stub ps <<END
cat <<'LIST'
    PID    PPID STAT WCHAN                ELAPSED COMMAND
      1       0 Ss   do_epoll_wait            110 /sbin/init
    302       1 Ssl  do_epoll_wait            104 /lib/systemd/systemd-timesyncd
    611       1 Ssl  futex_wait_queue          98 /usr/bin/dockerd -H fd://
    702       1 Ssl  futex_wait_queue          94 /usr/bin/kubelet --config=/var/lib/kubelet/config.yaml
    811     790 Ssl  futex_wait_queue          68 etcd --data-dir=/var/lib/etcd
    845     820 Ssl  futex_wait_queue          66 kube-apiserver --secure-port=6443
LIST
END
stub ss <<END
cat <<'LIST'
Netid State  Recv-Q Send-Q Local Address:Port  Peer Address:Port Process
tcp   LISTEN 0      128          0.0.0.0:22         0.0.0.0:*     users:(("sshd",pid=540,fd=3))
tcp   LISTEN 0      4096       127.0.0.1:2379       0.0.0.0:*     users:(("etcd",pid=811,fd=7))
tcp   LISTEN 0      4096       127.0.0.1:10248      0.0.0.0:*     users:(("kubelet",pid=702,fd=24))
tcp   LISTEN 0      4096               *:10250            *:*     users:(("kubelet",pid=702,fd=31))
tcp   LISTEN 0      4096               *:6443             *:*     users:(("kube-apiserver",pid=845,fd=7))
LIST
END
stub ip <<'END'
case $1 in
  addr)
    echo '1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue state UNKNOWN group default qlen 1000'
    echo '    inet 127.0.0.1/8 scope host lo'
    echo '2: eth0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc mq state UP group default qlen 1000'
    echo '    link/ether b8:27:eb:00:10:14 brd ff:ff:ff:ff:ff:ff'
    echo '    inet 192.168.1.14/24 brd 192.168.1.255 scope global eth0'
    ;;
  route)
    echo 'default via 192.168.1.1 dev eth0 src 192.168.1.14 metric 202'
    echo '192.168.1.0/24 dev eth0 proto dhcp scope link src 192.168.1.14 metric 202'
    ;;
esac
END
stub curl <<'END'
printf 'HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: 2\r\n\r\nok'
END
stub lsblk <<'END'
cat <<'LIST'
NAME        MAJ:MIN  SIZE RO TYPE FSTYPE LABEL  UUID                                 MOUNTPOINT
mmcblk0     179:0   29.7G  0 disk
|-mmcblk0p1 179:1    256M  0 part vfat   bootfs 50C8-AEAE                            /boot
`-mmcblk0p2 179:2   29.5G  0 part ext4   rootfs 9c1f8a52-7d34-4e0b-8f6a-2b1c3d4e5f60 /
LIST
END
# The engine reports this machine's kernel, processor and memory: the Pi's instead.
stub docker <<END
case \$1 in
  info | version)
    /usr/bin/docker "\$@" | sed -e 's/Kernel Version: .*/Kernel Version: $kernel/' -e 's/x86_64/aarch64/' \\
      -e 's/amd64/arm64/' -e 's/Total Memory: .*/Total Memory: 3.704GiB/' -e 's/CPUs: .*/CPUs: 4/'
    ;;
  *) exec /usr/bin/docker "\$@" ;;
esac
END
# The files mounted over /proc below are not mounts of the node, and /sys is a stand-in.
stub cat <<'END'
case $* in
  /proc/self/mounts) exec /usr/bin/sed '/ \/proc\//d; s/^sysfs .*/sysfs \/sys sysfs rw,nosuid,nodev,noexec,relatime 0 0/' "$1" ;;
  *) exec /bin/busybox cat "$@" ;;
esac
END
stub df <<<"/usr/bin/df \"\$@\" | sed '/ \/proc/d; /^sysfs/d'"

mkdir "$work/sys"
mount -t tmpfs -o size=1m sysfs "$work/sys"
mkdir -p "$work/sys/fs/ext4/mmcblk0p2" "$work/sys/block/mmcblk0" "$work/sys/class/thermal/thermal_zone0" \
  "$work/sys/class/mmc_host/mmc0/mmc0:aaaa"
for counter in errors_count warning_count msg_count first_error_time last_error_time; do
  echo 0 >"$work/sys/fs/ext4/mmcblk0p2/$counter"
done
echo 1843212 >"$work/sys/fs/ext4/mmcblk0p2/lifetime_write_kbytes"
echo '   21734    10260  1613506    88421     4210     3820   161344    43110        0    62020   131531' \
  >"$work/sys/block/mmcblk0/stat"
echo 62333952 >"$work/sys/block/mmcblk0/size"
echo 0 >"$work/sys/block/mmcblk0/ro"
echo 48212 >"$work/sys/class/thermal/thermal_zone0/temp"
card=$work/sys/class/mmc_host/mmc0/mmc0:aaaa
printf 'SL32G\n' >"$card/name"
printf '0x000003\n' >"$card/manfid"
printf '0x5344\n' >"$card/oemid"
printf '07/2020\n' >"$card/date"
printf 'SD\n' >"$card/type"

mkdir "$work/proc"
mount -t tmpfs -o size=1m proc "$work/proc"
printf 'MemTotal:        3884296 kB\nMemFree:         1921340 kB\nMemAvailable:    3012204 kB\nSwapTotal:             0 kB\nSwapFree:              0 kB\n' >"$work/proc/meminfo"
echo '0.41 0.38 0.17 2/212 1021' >"$work/proc/loadavg"
printf 'Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n' >"$work/proc/swaps"
echo 'oom_kill 0' >"$work/proc/vmstat"
echo "$cmdline" >"$work/proc/cmdline"
printf '#subsys_name\thierarchy\tnum_cgroups\tenabled\ncpuset\t9\t24\t1\ncpu\t3\t66\t1\nmemory\t7\t96\t1\npids\t4\t72\t1\n' \
  >"$work/proc/cgroups"
printf 'br_netfilter 32768 0 - Live 0x0000000000000000\noverlay 143360 9 - Live 0x0000000000000000\n' >"$work/proc/modules"
echo "$boot_id" >"$work/proc/boot_id"
mkdir -p "$work/proc/ext4/mmcblk0p2" "$work/proc/jbd2"
cp "/proc/fs/ext4/${loop#/dev/}/options" "$work/proc/ext4/mmcblk0p2/"
mkdir "$work/proc/pressure"
for resource in cpu io memory; do
  printf 'some avg10=0.00 avg60=0.12 avg300=0.08 total=118231\n' >"$work/proc/pressure/$resource"
done

# --- collect, a minute and a half after the boot
while [ "$(date +%s)" -lt $((booted + 110)) ]; do
  sleep 1
done
cp "$collector" run/collect.sh
mkdir -p "$work/net"
uptime_now=$(cut -d. -f1 /proc/uptime)
cat >"$work/inside" <<END
set -eu
mount -t proc proc $root/proc
for file in meminfo loadavg swaps vmstat cmdline cgroups modules pressure fs/ext4 fs/jbd2 sys/kernel/random/boot_id; do
  [ ! -e $root/proc/\$file ] || mount --bind $work/proc/\${file##*/} $root/proc/\$file
done
mount --bind $work/dev $root/dev
mount --bind $work/sys $root/sys
exec env -i PATH=/usr/local/bin:/usr/bin:/bin /usr/sbin/chroot $root /usr/bin/dash /run/collect.sh --since 30m -o /run/bundle.tar.gz
END
unshare --mount --pid --net --time --fork --boottime "$((110 - uptime_now))" bash "$work/inside" || true
mkdir -p "$output"
find "$output" -mindepth 1 -delete
tar -C "$output" -xzf run/bundle.tar.gz
chmod -R u=rwX,go=rX "$output"
du -sk "$output"
