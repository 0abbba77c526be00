/** First words after which a `#` at the start of a line is a root prompt and not a comment. */
const KNOWN_COMMANDS = new Set(
  (
    "blkid cat cd chronyc crictl ctr curl date debugfs df dmesg docker dockerd du dumpe2fs e2fsck echo etcdctl find " +
    "findmnt free fsck grep head hostname hostnamectl id ip iptables journalctl k3s kubeadm kubectl kubelet less ls lsblk " +
    "lsmod lsof mount nerdctl netstat nslookup openssl ping podman ps readlink reboot route service smartctl ss stat " +
    "sudo systemctl sysctl tail tar timedatectl top touch tree tune2fs uname uptime vcgencmd vmstat xxd zcat zgrep"
  ).split(" "),
);
/** Commands whose plain words are subcommands and names, not English. */
const VERBAL_COMMANDS = new Set("crictl ctr docker ip k3s kubeadm kubectl nerdctl podman service systemctl".split(" "));

const COMMAND_WORD = /^(?:!!|\.{0,2}\/[^\s]*|[A-Za-z_][\w.+-]*)(?=$|[\s;|&>])/;
const ASSIGNMENT = /^[A-Za-z_]\w*=(?:'[^']*'|"[^"]*"|[^\s'"])*\s+/;
const SUDO = /^sudo(?:\s+(?:-[ugh]\s+\S+|--?[A-Za-z][\w-]*(?:=\S+)?|[A-Za-z_]\w*=\S*))*(?:\s+|$)/;

/** True when the text after a prompt begins like a command: a name, a path, `!!`, perhaps after `VAR=value`. */
export function looksLikeCommand(text: string): boolean {
  return COMMAND_WORD.test(withoutAssignments(text));
}

/** True when `# text` is what root typed and not a comment: a known command with arguments that are no prose. */
export function looksLikeRootCommand(text: string): boolean {
  const words = withoutAssignments(text).split(/\s+/);
  const [name = "", ...rest] = words;
  if (!KNOWN_COMMANDS.has(name) || /[.:]$/.test(text)) return false;
  if (name === "sudo") return looksLikeRootCommand(rest.join(" "));
  const plain = rest.length >= 2 && rest.every((word) => /^[A-Za-z']+$/.test(word));
  return !plain || VERBAL_COMMANDS.has(name);
}

/**
 * The command without what does not tell its output: `sudo`, variables, redirections, a comment. Pipes stay. Null when
 * nothing is left.
 */
export function cleanCommand(text: string): string | null {
  let command = withoutQuoted(text.trim(), (plain) =>
    plain
      .replace(/(?:^|\s)#\s.*$/, "")
      .replace(/\s*(?:\d|&)?>>?\s*(?:&\d|[^\s|;&]+)/g, "")
      .replace(/\s+/g, " "),
  ).trim();
  for (let before = ""; before !== command;) {
    before = command;
    command = withoutAssignments(command).replace(SUDO, "").trim();
  }
  return command === "" ? null : command;
}

function withoutAssignments(text: string): string {
  let rest = text;
  while (ASSIGNMENT.test(rest)) rest = rest.replace(ASSIGNMENT, "");
  return rest;
}

/** Applies `change` to the parts of a command line that are outside of quotes. */
function withoutQuoted(text: string, change: (plain: string) => string): string {
  return text
    .split(/('[^']*'|"(?:[^"\\]|\\.)*")/)
    .map((part, index) => (index % 2 === 1 ? part : change(part)))
    .join("");
}
