#!/bin/sh
# collect.sh: gathers what a broken container node can still tell, as one .tar.gz.
#   ssh pi@k1 'sudo sh -s' < collect.sh > k1.tar.gz          sudo sh collect.sh -o /media/usb/k1.tar.gz
# It reads: it restarts, repairs and syncs nothing, signals only its own children, writes only the bundle and
# a private directory in memory, removed at the end. `--plan` prints each command and path, touches nothing.
# Never collected, whatever a step asks for. Certificates are read for their dates only; environment values,
# and values of options and settings named token, password, secret or key, are blanked by scrub().
forbidden() {
  case $1 in
    *kubeconfig* | *admin.conf | */kubelet.conf | */scheduler.conf | */controller-manager.conf) return 0 ;;
    */k3s.yaml | */rke2.yaml | */server/cred/* | */tokens.csv | *.key | *.pem | *.p12 | *.pfx) return 0 ;;
    *.jks | */id_[re]* | */ssh_host_* | *[-./]token | */*shadow | */.netrc | */k3s*.env) return 0 ;;
    */rke2*.env | */.docker* | */auth.json | */registries.yaml | */userconf* | */secrets/*) return 0 ;;
    *kubernetes.io~secret* | *kubernetes.io~projected* | *wpa_supplicant*) return 0 ;;
  esac
  return 1
}
usage() { # no here-document: mksh and posh need room in /tmp for one
  echo 'usage: collect.sh [options] > FILE, or, to a file that is not there yet: collect.sh -o FILE [options]
  --since 7d      only logs of the last 7 days (d, h or m)     --max-mb N  of logs, uncompressed (default 200)
  --root DIR      read a card mounted at DIR     --total-time S  stop collecting after S seconds (default 300)
  --plan          print every command and path, touch nothing     --quiet  no progress     --help  this text
exit: 0 complete, 1 the output broke, 2 wrong usage, 3 something is missing, 128+n signal n'
}
settle() { # the same run under every shell, locale and environment
  unset IFS CDPATH ENV BASH_ENV GREP_OPTIONS TZ LD_PRELOAD DOCKER_HOST KUBECONFIG GZIP 2>/dev/null
  set +e +u +f +C
  umask 077
  path=:$PATH:
  [ "${path#*:[!/]}" = "$path" ] || unset PATH # what depends on the working directory could run anything
  PATH=${PATH:+$PATH:}/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/snap/bin:/opt/vc/bin
  export PATH LC_ALL=C QUOTING_STYLE=literal SYSTEMD_PAGER='' SYSTEMD_COLORS=0
  laptop_clock='' # written here by `coldcase collector --stamp`: it bounds the error of the node's clock
  format='"format":"coldcase-bundle","version":1' wanted=10000 d=''
  version=0.1.0 mode=step_shown task=collect out_file='' since='' max_mb=200 total=300 root='' quiet=''
  interrupted='' sink=ok deaf='|' narrow='' step_number=0 bytes_read=0 bytes_written=0 dd_quiet='' oldest=0
  [ -n "$(printf '\377')" ] || narrow=yes # yash: its variables hold only text of the locale
  # posh lets a Ctrl-C of the terminal reach the commands of a pipeline, but not those of a function.
  for tool in ${POSH_VERSION:+od tr sed sort awk grep head tail cut cat wc date printf uname}; do
    eval "$tool() { command $tool \"\$@\"; }"
  done
  # Values that are blanked by their name, unless it ends in file, path or dir: name=X, name: X, --name X
  secret='([Tt]oken|TOKEN|[Pp]ass(word|wd|phrase)|PASSW(OR)?D|[Ss]ecret|SECRET|[Aa]pi[-_]?[Kk]ey|API_KEY)'
  secret="${secret}[A-Za-z0-9_-]*"
  option="-[A-Za-z0-9_.-]*$secret" named="($secret(=-*|: | = )|-[A-Za-z0-9_.-]*$secret )"
}
say() { [ -n "$quiet" ] || printf '%s\n' "$*" >&2; }
die() {
  printf 'collect.sh: %s\n' "$2" >&2
  exit "$1"
}
# ---- time: hundredths of a second on the monotonic clock, because the wall clock of such a node jumps
tick() { read -r uptime _ </proc/uptime && now=$((${uptime%.*} * 100 + 1${uptime#*.} - 100)); }
nap() { # at first no more than a look at the clock, then 20 ms, or a second where sleep knows no fractions
  [ $((naps += 1)) -lt 60 ] || sleep 0.02 2>/dev/null || sleep 1
  tick
}
json() { # TEXT: in pure ASCII. Where other bytes or quotes are in it, each is \u00XX: every path survives
  case $1 in
    *[!\ -~]* | *[\"\\]*) json=\"$(printf '%s' "$1" | od -An -v -tx1 | tr -d '\n' | sed 's/ /\\u00/g')\" ;;
    *) json=\"$1\" ;;
  esac
}
fields() { # NAME TEXT or NAME: JSON ...: appends them to $object, "" as null
  while [ $# -gt 0 ]; do
    json=${2:-null}
    [ "${1%:}" != "$1" ] || [ -z "$2" ] || json "$2"
    object=$object${object:+,}\"${1%:}\":$json
    shift 2
  done
}
# ---- tar, written here: the node needs none, and the stream stays whole when a source hangs half-way
size_of() { wc -c <"$1" || echo 0; } 2>/dev/null
zeros() { head -c "$1" /dev/zero; }
nul() { printf "%.$(($1 * 5))s" "$nul_bytes"; } # at most 100, as escapes for the %b of printf
ustar() { # NAME SIZE MTIME TYPE: one header of 512 bytes; 1925 is the sum of those that are always the same
  sum=1925
  for byte in $(printf '%s%011o%011o%s' "$1" "$2" "$3" "$4" | od -An -v -tu1); do
    sum=$((sum + byte))
  done
  printf '%s%b0000600\0000000000\0000000000\000%011o\000%011o\000%06o\000 %s%bustar\00000%b' \
    "$1" "$(nul $((100 - ${#1})))" "$2" "$3" "$sum" "$4" "$nul_bytes" "$pad_rest"
}
header() { # NAME SIZE MTIME: a name too long for the field goes before it, in a record of type L
  if [ "${#1}" -gt 100 ]; then
    ustar ././@LongLink $((${#1} + 1)) 0 L
    printf '%s' "$1"
    zeros $((512 - ${#1} % 512))
    set -- "$(printf '%.99s_' "$1")" "$2" "$3"
  fi
  ustar "$1" "$2" "${3:-0}" 0
}
add() { # NAME FILE MTIME: appends a member to the part that is sent next; FILE lies in memory
  add_size=$(($(size_of "$2")))
  {
    header "$1" "$add_size" "$3"
    cat "$2"
    zeros $(((512 - add_size % 512) % 512))
  } >>"$W.part"
}
send() { # FILE of tar blocks, as one gzip member. A dead line must not hold us.
  [ "$sink" = ok ] || return 0
  ($gzip <"$1" >"$stage/gz" && cat "$stage/gz" >&3 && echo ok || echo broken) \
    >"$stage/sent" 2>>"$stage/sink.err" </dev/null &
  send_pid=$! sink=stalled naps=0 send_end=$((now + 6000))
  while [ ! -s "$stage/sent" ] && [ "$now" -lt "$send_end" ]; do
    nap
  done
  [ ! -s "$stage/sent" ] || read -r sink <"$stage/sent"
  bytes_written=$((bytes_written + $(size_of "$stage/gz")))
  rm -f "$1" "$stage/sent"
  [ "$sink" != ok ] || return 0
  interrupted=${interrupted:-13:PIPE}
  family "$send_pid"
  signal KILL "$family"
}
# ---- the supervisor: a child is ended at its deadline, and left behind if it cannot be ended
family() { # PID: it and its descendants in $family, in the order of their start (field 22, here 20)
  family=$(cat /proc/[0-9]*/stat 2>/dev/null | sed 's/(.*) . //' | sort -n -k 20,20 -k 1,1 |
    awk -v "all= $1" 'index(all " ", " " $2 " ") { all = all " " $1 } END { print all }')
}
# shellcheck disable=SC2086 # a list of numbers
signal() { kill -"$1" $2 2>/dev/null; } # NAME PIDS
describe() { # PID: what a process hangs on
  object=
  fields pid: "$1" state "$(sed 's/.*) \(.\).*/\1/' "/proc/$1/stat")" command "$(cat "/proc/$1/comm")"
  fields wchan "$(cat "/proc/$1/wchan")" stack "$(head -c 2000 "/proc/$1/stack")" on "$item"
} 2>/dev/null
halt() { # PIDS: TERM, a second, KILL, a second; what is there even then is left alone, with its mount
  describe "${1##* }"
  ended=true survivors=$1
  for last_word in TERM KILL; do
    signal "$last_word" "$1"
    patience=$((now + 100))
    while [ -n "$survivors" ] && [ "$now" -lt "$patience" ]; do
      # shellcheck disable=SC2046,SC2086 # a list of numbers makes a list of files
      survivors=$(sed -n 's/ (.*) [^XZ] .*//p' $(printf '/proc/%s/stat ' $1) 2>/dev/null)
      nap
    done
  done
  if [ -n "$survivors" ]; then
    outcome=stuck ended=false
    describe "${survivors##*[!0-9]}"
    mount_of "${item:-$needs}"
    deaf="$deaf$mount_point|"
  fi
  stuck="$stuck,{$object,\"ended\":$ended}"
}
mount_of() { # PATH: the mount it lies on, going by names: asking the filesystem could hang
  mount_point=$1 mount_type='' longest=0 path=$1/
  while read -r _ point type _; do
    [ "${path#"${point%/}/"}" = "$path" ] || [ ${#point} -lt "$longest" ] ||
      mount_point=$point mount_type=$type longest=${#point}
  done </proc/mounts
}
watch() { # PID: until it is done; why it did not end by itself is in $outcome
  item='' naps=0
  while [ ! -s "$W.rc" ] && [ "$outcome" = ended ]; do
    nap
    last_item=$item
    [ ! -s "$W.now" ] || read -r item <"$W.now"
    [ "$item" = "$last_item" ] || item_end=$((now + 500))
    kill -0 "$1" 2>/dev/null || [ -s "$W.rc" ] || outcome=died
    if [ -n "$interrupted" ] || [ "$now" -ge "$step_end" ]; then
      outcome=${interrupted:-timed-out}
      family "$1"
      halt "$family"
    elif [ -n "$item" ] && [ "$now" -ge "$item_end" ]; then # of one path: the step goes on with the next
      family "$1"
      halt "${family#" $1 "}"
      [ "$outcome" = ended ] || kill -KILL "$1" 2>/dev/null
      item_end=$((now + 500))
    fi
  done
}
step() { # ID MEMBER WORKER...: $limit is its deadline in seconds, $needs the path or service that may hang
  id=$1 member=$2 object='' reason='' limit=30
  shift 2
  case $* in
    clock* | data_root* | superblocks*) needs=- ;;
    each*) needs=$3 limit=300 ;;
    *systemctl*) needs=systemd ;;
    *journalctl*) needs=journalctl ;;
    *crictl*) needs=cri ;;
    *docker*) needs=docker ;;
    *df\ -P*) needs='df' ;;
    *) needs=live-$id ;;
  esac
  kind=${id%-start} shown=$*
  shown=${shown#"$1 "}
  fields id "$id" kind "${kind%-end}" path "$member" command "${shown#scrubbed }"
  "$mode" "$@"
}
step_shown() { printf '%-20s %s\n' "$id" "${shown#scrubbed }"; }
step_planned() { printf ',{%s}\n' "$object" >>"$stage/plan"; }
step_now() {
  step_number=$((step_number + 1)) described=$object
  W=$stage/$step_number outcome=ended stuck='' files='' status=skipped exit_code=null taken=0
  name=$(printf '%03d-%s' "$step_number" "$id")
  wall=$(date +%s) # not in one statement: with two substitutions bash can lose a signal
  true >"$W.out" 2>"$W.err"
  tick
  started=$uptime began=$now slow='' remaining=$(((total_end - now) / 100))
  [ "$limit" -le "$remaining" ] || limit=$remaining
  step_end=$((now + limit * 100))
  mount_of "$needs"
  [ "${deaf#*"|$mount_point|"}" = "$deaf" ] || reason="$mount_point did not answer an earlier step"
  case $root:$needs in
    /*:[dcsl]* | /*:/proc/* | /*:/sys/* | /*:/dev/) reason='--root: this would ask the running system' ;;
  esac
  [ "$remaining" -gt 0 ] || reason='--total-time was used up'
  [ -z "$interrupted" ] || reason="interrupted by ${interrupted#*:}"
  if [ -z "$reason" ]; then
    work "$@" &
    watch $!
    [ ! -s "$W.rc" ] || read -r exit_code <"$W.rc"
    for request in "$W".take.*; do
      [ ! -e "$request" ] || take_now "$request"
    done
    judge "$1"
  fi
  record
}
judge() { # WORKER: the status of the step, from how it ended and what it left behind
  status=ok
  [ "$1" != run ] || [ "$exit_code" = 0 ] || status=failed
  if [ ! -s "$W.out" ] && [ -z "$files" ]; then
    status=empty
    [ ! -s "$W.why" ] || read -r status reason <"$W.why"
    [ ! -s "$W.err" ] || status=failed reason=''
    ! grep -qi 'permission denied\|not permitted' "$W.err" || status=denied
  fi
  case $outcome:$exit_code in
    died:*) status=failed reason='the process of this step died' ;;
    ended:153) status=truncated reason='more than 12 MB' ;;
    ended:*) [ -z "$stuck" ] || status=timed-out ;;
    *[0-9]:*) status=truncated reason="interrupted by ${interrupted#*:}" ;;
    *) status=$outcome ;;
  esac
}
record() {
  tick
  object=$described size=$(($(size_of "$W.out")))
  fields status "$status" reason "$reason" exit: "$exit_code" start: "$started" end: "$uptime"
  fields wall: "$wall" bytes: $((size + taken))
  volume_left=$((volume_left - taken)) bytes_read=$((bytes_read + taken + size))
  [ "$size" -eq 0 ] || fields sha256 "$(sha256sum <"$W.out" 2>/dev/null | cut -c 1-64)"
  [ "$size" -eq 0 ] || add "$member" "$W.out" "$wall"
  if [ -s "$W.err" ]; then
    [ "${member%/}" = "$member" ] || member=$member$id
    fields stderr "$member.err"
    add "$member.err" "$W.err" "$wall"
  fi
  fields errors: "[$(errors <"$W.err" | sed 1s/,//)]" stuck: "[${stuck#,}]" files: "[${files#,}]"
  printf ',{%s}\n' "$object" >>"$stage/records"
  printf '{%s}\n' "$object" >"$W.json"
  case $status:$needs:$id in # The first question to a daemon decides whether it is asked again.
    timed-out:[cdjs]* | stuck:[cdjs]* | failed:*-version | denied:*-version) deaf="$deaf$needs|" ;;
  esac
  [ "$status$((now - began > 500))" != ok1 ] || slow=slow
  [ -n "$interrupted" ] || say "[$name] ${slow:-$status} $reason ($started to $uptime s)"
  if [ "$remaining" -gt 0 ] && [ "$status:${interrupted:+late}" != skipped:late ]; then # else in the manifest
    add "manifest/steps/$name.json" "$W.json" "$wall"
    send "$W.part"
  fi
  [ "$id" != docker-root ] || [ ! -s "$W.out" ] || read -r d <"$W.out"
  rm -rf "$W".*
}
# ---- files: a step names them, they are copied from here, piece by piece, so that the stream stays whole
take() { # TOPIC CAP PATH: a member, newest first. Above CAP bytes only head and tail; 0: all; -1: no secrets
  link=$1$(readlink -- "$3" || echo "$3")
  [ "${link#pods*-json.log}" = "$link" ] || return 0 # of a pod: a link to a log of docker, taken as such
  facts=$(stat -L -c '%f %s %Y' -- "$3")
  wanted=$((wanted + 1)) mtime=${facts##* }
  printf '%s' "$1 $2 ${facts:-0 0 0} $3" >"$W.take.$(printf '%010d' $((2147483647 - mtime))).$wanted"
}
take_now() { # REQUEST, a file: a path can have any byte in it
  read -r topic cap bits size mtime _ <"$1"
  file=$(cat "$1") problem='' known=$size
  file=/${file#*/}
  entry=$topic${file#"$root"}
  [ "${#size}" -lt 10 ] || known=1000000000 # only known to be large: some shells count in 32 bits
  want=$known
  [ "$cap" -le 0 ] || [ "$known" -le "$cap" ] || want=$cap
  [ $((taken + want)) -le "$volume_left" ] || problem='over --max-mb'
  [ "$known" = "$size" ] || [ "$cap" -gt 0 ] || problem='larger than 1 GB'
  [ "$mtime" -ge "$oldest" ] || [ "$cap" -lt 0 ] || problem='older than --since'
  [ "${bits#8???}" != "$bits" ] || problem='not a regular file'
  [ "$outcome" = ended ] || problem='the step had ended'
  ! forbidden "$file" || problem='never collected'
  if [ "$bits" = 0 ]; then
    took failed 0 'see errors'
  elif [ -n "$problem" ]; then
    took skipped 0 "$problem"
  elif [ "$cap" -lt 0 ]; then
    read_part head -c 1048576 -- "$file"
    scrub <"$W.data" >"$W.cut"
    add "$entry" "$W.cut" "$mtime"
    took ok "$add_size" 'secrets blanked'
  elif [ "$want" -lt "$known" ]; then
    read_part head -c $((cap / 4)) -- "$file"
    head -n $(($(wc -l <"$W.data"))) "$W.data" >"$W.cut"
    printf '[coldcase: the middle of this file of %s bytes is left out]\n' "$size" >>"$W.cut"
    read_part tail -c $((cap - cap / 4)) -- "$file"
    tail -n +2 "$W.data" >>"$W.cut"
    add "$entry" "$W.cut" "$mtime"
    took truncated "$add_size" 'head and tail only'
  elif copy; then
    took ok "$size" ''
  else
    took failed 0 'see errors'
  fi
}
read_part() { # COMMAND...: what it prints within 5 seconds, in $W.data
  true >"$W.data"
  [ "$outcome" = ended ] || return 0
  rm -f "$W.rc"
  at "$file"
  work "$@" &
  watch $!
  mv "$W.out" "$W.data"
}
copy() { # 2 MB at a time; what cannot be read, or is gone by now, is zeros, as a header promised the size
  left=$(((size + 511) / 512 * 512)) piece=0
  while [ "$left" -gt 0 ] || [ "$piece" -eq 0 ]; do
    read_part dd if="$file" bs=65536 skip=$((piece * 32)) count=32 conv=noerror,sync ${dd_quiet:+status=none}
    [ "$piece" -gt 0 ] || [ -s "$W.data" ] || [ "$size" -eq 0 ] || return 1
    [ "$piece" -gt 0 ] || header "$entry" "$size" "$mtime" >>"$W.part"
    cat "$W.data" /dev/zero 2>/dev/null | head -c 2097152 | head -c "$left" >>"$W.part"
    left=$((left - 2097152)) piece=$((piece + 1))
    [ "$left" -le 0 ] || send "$W.part"
  done
}
took() { # STATUS BYTES REASON: the record of one file; its size and mtime afterwards tell whether it changed
  true >"$W.data"
  [ "$2" -eq 0 ] || [ "$cap" -lt 0 ] || read_part stat -L -c ',"sizeAfter":%s,"mtimeAfter":%Y' -- "$file"
  object=
  fields source "$file" path "$entry" status "$1" reason "$3" size: "$size" mtime: "$mtime" bytes: "$2"
  files="$files,{$object$(cat "$W.data")}" taken=$((taken + $2))
  [ $(($(size_of "$W.part"))) -lt 4194304 ] || send "$W.part"
}
errors() { # the lines of stderr that name a path and an errno; as they are, they are in the .err member
  grep '/.*: [A-Za-z].*[a-z]$' | head -n 300 | while IFS= read -r line; do
    errno=${line##*: } op=${line%%/*} path=/${line#*/} object=''
    path=${path%": $errno"}
    path=${path%" for reading"}
    fields path "${path%\'}" op "${op% *}" errno "$errno"
    printf ',{%s}' "$object"
  done
}
work() { # WORKER...: all from here on runs inside a step, in a child with stdout and stderr in memory
  exec 3>&- </dev/null >>"$W.out" 2>>"$W.err"
  trap - TERM
  ulimit -f 24576 2>/dev/null # one output may not fill the memory of the node
  "$@"
  echo $? >"$W.rc"
}
at() { printf '%s\n' "$1" >"$W.now"; } # what the step touches next, for at most 5 s
why() { [ ! -s "$W.why" ] && ! printf '%s %s\n' "$1" "$2" >"$W.why"; } # there is no output; always false
installed() { command -v "$1" >/dev/null 2>&1 || why absent "$1: not installed"; }
run() { installed "$1" && "$@"; }
headed() {
  installed "$1" || return
  at "$*"
  printf '\n==> %s <==\n' "$*"
  "$@" || printf '[exit %s]\n' $?
}
scrubbed() {
  run "$@" >"$W.raw"
  code=$?
  scrub <"$W.raw"
  return "$code"
}
scrub() { # environment values in docker's JSON, annotations, units; passwords in URLs; values by their name
  blank='\1<redacted>#g' quote="'"
  sed -E -e 's/([Ff]il|FIL|[Pp]at|PAT|[Dd]i|DI)([ehrEHR][^A-Za-z0-9_-])/\1\n\2/g' -e ':again' \
    -e 's/("Env":\[("([^"=\\]|\\.)*=?",?)*"([^"=\\]|\\.)*=)([^"\\]|\\.)+"/\1"/' -e 'tagain' \
    -e '/"Env": \[$/,/^ *\],?$/s/^( *"[^"=]*=).*"(,?)$/\1"\2/' \
    -e 's#^( *[A-Za-z0-9_.-]*'"$secret"' ?[:=] )[^"'"$quote"' ].*#'"$blank" \
    -e 's/(last-applied-configuration": ?")([^"\\]|\\.)*/\1/g' \
    -e 's#^( *"?auth"? ?[=:] ?")[^"]+#'"$blank" -e 's#(://)[^/@ "]*:[^/@ "]*@#\1<redacted>@#g' \
    -e 's#^(Environment *= *["'"$quote"']?[A-Za-z0-9_]*=)-?[^-].*#'"$blank" \
    -e 's#(('"$named"'|'"$secret"'\\+": ?)\\+")([^"\\]|\\[^"])+#'"$blank" \
    -e 's#(('"$named"'|'"$secret"'": ?|"'"$option"'", ?)")(-?[^]",:}\\-]|\\.)([^"\\]|\\.)*#'"$blank" \
    -e 's#('"$named$quote"')[^'"$quote"']+#'"$blank" \
    -e 's#('"$named"')(-?[^]"'"$quote"' ,:}\\-]|\\[^"])([^"'"$quote"' ,\\]|,[^ "]|\\[^"])*#'"$blank" \
    -e '/"[^"]*(mysql|maria)[^"]*",$/,/\]/s#^( *"-p)[^"]+#'"$blank" \
    -e 's#((mysql|maria)[^]]*[ "]-p)([^" \\]|\\[^"])+#'"$blank" \
    -e '/"'"$option"'",$/{' -e 'n' -e 's/"(-?[^-"].*)"/"<redacted>"/' -e '}' -e 's/\n//g'
}
present() { # PATH OPTION: false if it cannot be listed; the errno text is kept, unless it is not there
  at "$1"
  answer=$(ls "$2" -- "$1" 2>&1 >/dev/null) && return 0
  printf '%s\n' "$answer" | grep -v 'No such file' >&2
  why absent "$1 does not exist"
}
each() { # WORKER DIRECTORY/ PATTERN...: one process per path, so that a bad one costs only itself
  worker=$1 top=${2#"$root/"}
  shift 2
  for pattern in "$@"; do
    walk "$root" "$top$pattern/"
    ! why absent "no $root/$top$pattern"
  done
}
within() { # DIRECTORY PATH: $target, where a card's links lead to on its own machine: never out of the card
  target=$1 rest=$2/ hops=0
  [ -n "$root" ] || target=$1/$2 rest=''
  while [ -n "$rest" ]; do
    part=${rest%%/*} rest=${rest#*/}
    case $part in
      '' | .) ;;
      ..) [ "$target" = "$root" ] || target=${target%/*} ;;
      *) target=$target/$part ;;
    esac
    at "$target"
    if [ "$target" != "$root" ] && [ -h "$target" ]; then
      link=$(readlink -- "$target" && echo /) hops=$((hops + 1))
      rest=${link%??}/$rest target=${target%/*}
      [ "${link#/}" = "$link" ] || target=$root
      [ "$hops" -lt 40 ] || ! echo "sh: cannot follow $1/$2: Too many levels of symbolic links" || return 1
    fi
  done >&2
}
walk() { # DIRECTORY PATTERN/, level by level, names put on by hand: a shell drops what it cannot stat
  set -- "$1" "${2%%/*}" "${2#*/}"
  case $2 in
    '') $worker "$1" ;;
    *[*[]*)
      present "${1:-/}" -1
      [ -z "$narrow" ] || ! list "${1:-/}" 2>/dev/null | tr -d ' -~\n' | grep -q . ||
        echo "sh: cannot name $1: Invalid or incomplete multibyte or wide character" >&2
      for entry in "$1"/$2; do
        at "$entry"
        [ "$entry" = "$1/$2" ] || ! within "$1" "${entry##*/}" || walk "$target" "$3"
      done
      ;;
    *)
      [ -n "$3" ] || present "$1/$2" -ld || return 0
      ! within "$1" "$2" || walk "$target" "$3"
      ;;
  esac
}
list() { printf '%s:\n' "$1" && ls -la -- "$1"; }
contents() { # each file under a line "==> path <=="
  for file in "$@"; do
    shift
    ! within "${file%/*}" "${file##*/}" || set -- "$@" "$target"
  done
  [ $# -eq 0 ] || head -v -c 65536 -- "$@"
  printf '\n'
}
heads() { forbidden "$1" || contents "$1"; }
config() { heads "$1" | scrub; }
static_manifest() { # blanks each `value:`, with the deeper lines that belong to it
  heads "$1" | awk '{ match($0, /^[ -]*/) }
    skip && (RLENGTH > skip || /^ *$/) { next }
    { skip = 0 }
    /^[ -]*"?value"?:/ { skip = RLENGTH; sub(/value"?:.*/, "value: <redacted>") }
    { print }' | scrub
}
layer_names() { contents "$1/link" "$1/lower"; }
layer_ids() { contents "$1"/*[!gnz]; } # all but org, descriptor.json and tar-split.json.gz
certificate() { headed openssl x509 -noout -subject -issuer -dates -in "$1"; }
of_node() { within "$root" "$1" && cat "$target"; }
clock() {
  headed date
  contents /proc/uptime /proc/sys/kernel/random/boot_id
  each heads "$root/" 'sys/class/rtc/*/since_epoch' etc/fake-hwclock.data etc/adjtime
  headed ls -la /run/systemd/timesync /var/lib/systemd/timesync /etc/localtime
  headed timedatectl
  headed chronyc -n tracking
  headed ntpq -pn
  synchronized=$(sed -n 's/.*synchronized: yes/true/p; s/.*synchronized: no/false/p' "$W.out")
  zone=$(of_node etc/timezone || (within "$root" etc && readlink "$target/localtime")) object=''
  tick
  fields wall "$(date -u +%Y-%m-%dT%H:%M:%SZ)" zone "${zone##*zoneinfo/}"
  fields bootId "$(cat /proc/sys/kernel/random/boot_id)" fakeHwclock "$(of_node etc/fake-hwclock.data)"
  fields uptime: "$uptime" epoch: "$(date +%s)" ntpSynchronized: "$synchronized"
  fields rtc: "$([ -e /sys/class/rtc/rtc0 ] && echo true || echo false)" offset "$([ "$root" ] || date +%z)"
  printf '{%s}' "$object" >"$stage/$id"
} 2>/dev/null
data_root() {
  configured=$(of_node etc/docker/daemon.json | sed -n 's#.*"data-root": *"/\([^"]*\)".*#\1#p')
  [ "$root${deaf#*"|docker|"}" = "$deaf" ] && docker info --format '{{.DockerRootDir}}' | grep . && return 0
  ! within "$root" "${configured:-var/lib/docker}" || echo "$target"
}
inspect_all() { installed docker && docker ps -aq --no-trunc | xargs -r docker inspect | scrub; }
failed_logs() {
  installed docker || return
  for one in $(docker ps -aqf status=exited -f status=dead -f status=created --no-trunc | head -n 30); do
    headed docker logs --tail 20 "$one" 2>&1
  done
}
superblocks() { # Older systems without initramfs call it /dev/root, and have no such device.
  devices=$(grep -F " $root" /proc/self/mountinfo | sed -n 's/.* - ext[234] \([^ ]*\) .*/\1/p' | sort -u)
  [ -e /dev/root ] || devices=$(echo "$devices" | sed "s#^/dev/root#$(findmnt -no SOURCE / 2>/dev/null)#")
  for device in $devices; do
    headed dumpe2fs -h "$device"
  done
}
processes() {
  scrubbed ps -eo pid,ppid,stat,wchan:20,etimes,args 2>/dev/null || scrubbed ps -o pid,ppid,stat,vsz,args
}
journal() { # COMMAND...: of a card only its own files, as links in memory: journalctl follows what it finds
  if [ -n "$root" ]; then
    mkdir "$W.journal"
    each link_journal "$root/" 'var/log/journal/*/*.journal*'
    ! rmdir "$W.journal" 2>/dev/null || return 0
    at ''
    set -- "$@" -D "$W.journal"
  fi
  run "$@"
}
link_journal() { wanted=$((wanted + 1)) && ln -s -- "$1" "$W.journal/$wanted.journal${1##*.journal}"; }
asked() { # COMMAND ARGUMENT...: the command once with each
  for question in "$@"; do
    [ "$question" = "$1" ] || headed "$1" "$question"
  done
}
steps() { # the plan: value first, volume last
  r=$root d=${d:-$root/var/lib/docker} k3s=$(command -v k3s)
  step clock-start clock/start.txt clock 'date; timedatectl; chronyc -n tracking; ntpq -pn'
  step uname system/uname.txt run uname -a
  step kernel-log kernel/dmesg.txt run dmesg -r
  step ext4-sysfs ext4/sysfs.txt each heads /sys/fs/ext4/ '*/*_count' '*/*st_error_*' '*/*_kbytes'
  step ext4-options ext4/options.txt each heads /proc/ 'fs/ext4/*/options' 'fs/jbd2/*/info'
  step mounts system/mounts.txt run cat /proc/self/mounts
  step memory system/memory.txt each heads /proc/ meminfo loadavg 'pressure/*' vmstat swaps
  step processes system/processes.txt processes 'ps -eo pid,ppid,stat,wchan:20,etimes,args'
  step kernel-settings kernel/settings.txt each config /proc/ cmdline cgroups modules 'sys/net/bridge/*'
  step block-devices block/devices.txt each heads /sys/ 'block/[!lr]*/stat' 'block/[!lr]*/size' \
    'block/[!lr]*/ro' 'block/[!lr]*/device/*err_cnt' 'block/[!lr]*/device/model' \
    'bus/usb/devices/*/product' 'bus/usb/devices/*/speed'
  step mmc block/mmc.txt each heads /sys/class/mmc_host/ '*/*/[cdfhlmnopst]*[!mst]'
  step sensors pi/sensors.txt each heads /sys/ firmware/devicetree/base/model 'class/thermal/*/temp' \
    'class/hwmon/*/name' 'class/hwmon/*/*_alarm'
  step vcgencmd pi/vcgencmd.txt asked vcgencmd version get_throttled measure_temp measure_volts \
    'get_config int' bootloader_version
  step os-release system/os-release.txt each heads "$r/etc/" os-release '*_version' hostname
  step boot-config pi/boot-config.txt each config "$r/boot/" '*.txt' 'firmware/*.txt'
  step docker-version docker/version.txt run docker version
  step docker-ps docker/ps.txt run docker ps -a --format \
    'table {{.ID}}\t{{.Image}}\t{{.RunningFor}}\t{{.Status}}\t{{.Ports}}\t{{.Names}}'
  step docker-ps-json docker/ps.jsonl run scrubbed docker ps -a --no-trunc --format "{${ps_format#,}}"
  step docker-info docker/info.txt run scrubbed docker info
  step docker-inspect docker/inspect.json run inspect_all 'docker inspect, all containers'
  step docker-logs-error docker/logs.txt failed_logs 'docker logs --tail 20 (each that is not running)'
  step docker-root docker/root.txt data_root 'docker info; /etc/docker/daemon.json'
  step layerdb docker/layerdb.txt each layer_ids "$d/image/overlay2/layerdb/" 'mounts/*' 'sha256/*'
  step docker-config-v2 docker/ each 'take docker -1' "$d/containers/" '*/config.v2.json' '*/hostconfig.json'
  step overlay2-list overlay2/list.txt each list "$d/" overlay2 'overlay2/*'
  step overlay2-link-lower overlay2/link-lower.txt each layer_names "$d/overlay2/" '[!l]*'
  step overlay2-inodes overlay2/inodes.txt each 'ls -ai1 --' "$d/" overlay2 'overlay2/[!l]*'
  step docker-containers docker/containers.txt each list "$d/containers/" '*'
  step df system/df.txt run df -P
  step df-inodes system/df-inodes.txt run df -P -i
  step lsblk block/lsblk.txt run lsblk -o NAME,MAJ:MIN,SIZE,RO,TYPE,FSTYPE,LABEL,UUID,MOUNTPOINT
  step smart block/smart.txt each 'headed smartctl -H -A' /dev/ 'sd[a-z]' 'nvme[0-9]'
  step ext4-superblock ext4/superblock.txt superblocks 'dumpe2fs -h (each mounted ext4 device)'
  step crictl-version cri/version.txt run scrubbed ${k3s:+k3s} crictl --timeout 8s version
  step crictl-ps cri/ps.txt run scrubbed ${k3s:+k3s} crictl --timeout 8s ps -a
  step crictl-pods cri/pods.txt run scrubbed ${k3s:+k3s} crictl --timeout 8s pods
  step containerd-snapshots cri/snapshots.txt each list "$r/var/lib/" 'containerd/*.overlayfs/snapshots/*' \
    'rancher/*/agent/containerd/*.overlayfs/snapshots/*'
  step kubelet-config kubernetes/kubelet.txt each config "$r/" var/lib/kubelet/config.yaml \
    'var/lib/kubelet/*.env' etc/default/kubelet 'etc/rancher/*/config.yaml' etc/docker/daemon.json \
    etc/containerd/config.toml 'etc/cni/net.d/*'
  step static-manifests kubernetes/manifests.txt each static_manifest "$r/" 'etc/kubernetes/manifests/*' \
    'var/lib/rancher/*/agent/pod-manifests/*'
  step certificate-dates kubernetes/certificates.txt each certificate "$r/" 'etc/kubernetes/pki/*.crt' \
    'etc/kubernetes/pki/etcd/*.crt' 'var/lib/kubelet/pki/*.crt' 'var/lib/kubelet/pki/*current.pem' \
    'var/lib/rancher/*/server/tls/*.crt' 'var/lib/rancher/*/agent/*.crt'
  step kubelet-pods kubernetes/pods.txt each list "$r/var/lib/kubelet/" pods 'pods/*/containers'
  step datastore kubernetes/datastore.txt each list "$r/var/lib/" 'etcd/member/*' 'rancher/*/server/db/*'
  step apiserver-health kubernetes/apiserver.txt run curl -sSki -m 5 https://127.0.0.1:6443/livez
  step kubelet-health kubernetes/healthz.txt run curl -sSi -m 5 http://127.0.0.1:10248/healthz
  step network-addresses network/addresses.txt asked ip addr route
  step listening-sockets network/listening.txt run ss -ltnup
  step systemd-failed systemd/failed.txt run systemctl --failed
  set -- docker containerd kubelet k3s k3s-agent rke2-server rke2-agent
  step systemd-status systemd/status.txt scrubbed systemctl status -l "$@"
  step systemd-units systemd/units.txt run scrubbed systemctl cat "$@"
  step resolver network/resolver.txt each heads "$r/etc/" resolv.conf hosts
  step pstore pstore/ each 'take pstore 1048576' "$r/" 'sys/fs/pstore/*' 'var/lib/systemd/pstore/*' \
    'var/lib/systemd/pstore/*/*'
  step journal-boots journal/boots.txt journal journalctl --list-boots
  step journal-text journal/tail.txt journal journalctl -n20000 -o short-iso-precise ${since:+--since=-$since}
  step pod-log-links pods/links.txt each 'ls -laR --' "$r/var/log/" containers pods
  step pod-log pods/ each 'take pods 4194304' "$r/var/log/pods/" '*/*.log*' '*/*/*.log*'
  step docker-json-log docker/ each 'take docker 4194304' "$d/containers/" '*/*-json.log*'
  step syslog syslog/ each 'take syslog 4194304' "$r/var/log/" 'syslog*' 'kern.log*' 'messages*'
  step journal-file journal/ each 'take journal 0' "$r/" 'run/log/journal/*/*.journal*' \
    'var/log/journal/*/*.journal*'
}
manifest() { # incomplete is also what was skipped, unless it makes no sense with --root
  started=$(cat "$stage/clock-start" 2>/dev/null)
  wall=${started#*\"wall\":\"} object=$format complete=true
  missing='"status":"(timed-out|stuck|denied|truncated|skipped","reason":"([^-]|--total))[^{]*"exit"'
  ! grep -Eq "$missing" "$stage/records" || complete=false
  fields collector: "{\"version\":\"$version\"}" host "$(uname -n)" collectedAt "${wall%%\"*}"
  fields laptopClock "$laptop_clock" root "$root" since "$since" maxMb: "$max_mb" totalTime: "$total"
  fields start: "$started" end: "$(cat "$stage/clock-end" 2>/dev/null)" complete: "$complete"
  fields interrupted "${interrupted#*:}" bytesRead: "$bytes_read"
  printf '{%s,"steps":[\n%s\n]}\n' "$object" "$(sed 1s/,// "$stage/records")"
}
options() {
  while [ $# -gt 0 ]; do
    width=2
    case $1 in
      -o) out_file=${2-} ;;
      --since) since=${2-} ;;
      --max-mb) max_mb=${2-} ;;
      --total-time) total=${2-} ;;
      --root) root=${2%/} ;;
      --plan) task=steps width=1 ;;
      --quiet) quiet=yes width=1 ;;
      --help) task=usage width=1 ;;
      *) die 2 "unknown option $1, see --help" ;;
    esac
    [ $# -ge "$width" ] || die 2 "$1 needs a value, see --help"
    shift "$width"
  done
  echo "$max_mb:$total:$since:$root" | grep -Eq '^[0-9]+:[0-9]+:([1-9][0-9]?[0-9]?[dhm])?:(/.*)?$' ||
    die 2 '--max-mb and --total-time take whole numbers, --since one with d, h or m, --root a path from /'
  ps_format=$(printf ',"%s":{{json .%s}}' ID ID Names Names Image Image Command Command CreatedAt CreatedAt \
    RunningFor RunningFor Status Status Ports Ports)
}
make_stage() { # a private directory in memory, with room for the largest part
  for base in /run /dev/shm /tmp; do
    mount_of "$base"
    for left in "$base"/coldcase.*; do
      pid=${left#*.}
      [ "${pid#*[!0-9.]}" != "$pid" ] || [ -e "/proc/${pid%.*}" ] || say "a run that was killed left $left"
    done
    stage=$base/coldcase.$$.$now
    if [ "$mount_type" = tmpfs ] && mkdir "$stage" 2>/dev/null; then
      head -c 4194304 /dev/zero 2>/dev/null >"$stage/gz" && return 0
      rm -rf "$stage"
    fi
  done
  die 1 'no room in memory: /run, /dev/shm and /tmp are full, read-only or on a disk'
}
prepare() { # A signal to the whole process group must not end the commands that write the bundle: see main.
  trap '' HUP INT TERM
  trap 'interrupted=${interrupted:-1:HUP}' USR1
  trap 'interrupted=${interrupted:-2:INT}' USR2
  trap 'interrupted=${interrupted:-13:PIPE}' PIPE
  trap 'interrupted=${interrupted:-15:TERM}' ALRM
  [ -r /proc/uptime ] || die 1 '/proc is not mounted'
  [ -n "$out_file" ] || [ ! -t 1 ] || die 2 'the bundle is binary: redirect stdout to a file, or use -o FILE'
  [ -z "$out_file" ] || (set -C && true >"$out_file") 2>/dev/null || die 1 "$out_file exists or is unwritable"
  exec 3>&1
  [ -z "$out_file" ] || exec 3>>"$out_file"
  tick
  total_end=$((now + total * 100)) volume_left=$((max_mb * 1000000))
  make_stage
  nul_bytes=$(printf '%0100d' 0 | sed 's/0/\\0000/g')
  pad_rest=$nul_bytes$nul_bytes$(nul 47)
  gzip=$(command -v gzip || echo cat)
  ! dd if=/dev/null of=/dev/null status=none 2>/dev/null || dd_quiet=yes
  [ -z "$since" ] || oldest=$(($(date +%s) - $(echo "$since" | sed 's/d/*86400/; s/h/*3600/; s/m/*60/')))
}
collect() {
  prepare
  mode=step_planned W=$stage/0
  steps
  printf '{%s,"steps":[\n%s\n]}\n' "$format" "$(sed 1s/,// "$stage/plan")" >"$W.json"
  add manifest/plan.json "$W.json" "$(date +%s)"
  send "$W.part"
  mode=step_now
  steps
  total_end=$((total_end + 1000))
  step clock-end clock/end.txt clock date
  W=$stage/end
  manifest >"$W.json"
  add manifest.json "$W.json" "$(date +%s)"
  zeros 1024 >>"$W.part"
  send "$W.part"
  broken=$(tail -n 1 "$stage/sink.err")
  rm -rf "$stage"
  [ "$sink" = ok ] || die 1 "the output broke ($sink $broken): the bundle is cut, but can be read"
  say "read $((bytes_read / 1000)) kB, wrote $((bytes_written / 1000)) kB; nothing else was written"
  say "${out_file:-stdout}: $bytes_written bytes, complete: $complete; next, on the laptop: npx coldcase FILE"
  [ -z "$interrupted" ] || exit $((128 + ${interrupted%:*}))
  [ "$complete" = true ] || exit 3
}
main() {
  settle
  options "$@"
  trap 'kill -USR1 $!' HUP
  trap 'kill -USR2 $!' INT
  trap 'kill -ALRM $!' TERM
  "$task" &
  while true; do
    wait $!
    code=$?
    kill -0 $! 2>/dev/null || exit "$code"
  done
}
main "$@"
