/**
 * Listings of `ls -l` with any further options: coreutils ls.c (print_dir, print_long_format, file_failure) and
 * busybox. A listing of several directories names each in a line of its own; one of a single directory does not, and
 * then the command says it, or the errors among the rows, or names that lie in one place only.
 *
 *     ls: cannot access '/var/lib/docker/overlay2/1f2e…/link': Structure needs cleaning
 *     /var/lib/docker/overlay2/1f2e…:
 *     total 16
 *     drwx------ 95 root root 16384 Nov  1 06:48 ..
 *     -?????????  ? ?    ?        ?            ? link
 */
import type { Line, LineReader, ParseContext, SourceParser } from "../model/source.ts";
import { bounded } from "./_bounded.ts";
import type { ListedEntry } from "./_ls-row.ts";
import { readLsRow } from "./_ls-row.ts";
import { emitForeign, emitPathError, readPathError } from "./_path-error.ts";
import { emitPodLog } from "./_pod-log.ts";

/** `total 32` in the languages of coreutils, `总计 32`, `insgesamt 32`. */
const TOTAL = /^(?:total|insgesamt|totale|razem|итого|total de|总用量|总计|合計) ?\d+(?:[.,]\d+)?[KMGT]?$/;
const HEADER = /^(?:['"]?[/.~].*|[^\s:]+):$/;
/** Rows that wait for their directory's name at most. */
const WAITING = 20_000;

/** The directory that an `ls` command lists, null when it lists several or says none. */
function directoryOfCommand(command: string | null): string | null {
  const first = command?.split(/[|<>]|2>/)[0]?.trim() ?? "";
  const inside = /^cd (\S+?)\/?\s*(?:;|&&)\s*(ls\b.*)$/.exec(first);
  const base = inside?.[1] ?? null;
  const words = (inside?.[2] ?? first).split(/\s+/).slice(1);
  const paths = words.filter((word) => !word.startsWith("-"));
  const [path] = paths;
  if (paths.length > 1 || /[*?[{$]/.test(path ?? "")) return null;
  if (path === undefined) return base;
  return path.startsWith("/") || base === null ? trim(path) : `${base}/${trim(path)}`;
}

/** Without quotes and the slash at its end. */
function trim(path: string): string {
  const bare = path.replaceAll(/^['"]|['"]$/g, "");
  return bare.length > 1 ? bare.replace(/\/+$/, "") : bare;
}

function parentOf(path: string): string {
  const cut = path.lastIndexOf("/");
  return cut > 0 ? path.slice(0, cut) : "/";
}

function resolve(directory: string, name: string): string {
  if (name === ".") return directory;
  if (name === "..") return parentOf(directory);
  if (name.startsWith("/")) return name;
  return directory === "/" || directory === "" ? `${directory}${name}` : `${directory}/${name}`;
}

/** Directories that are known by what lies in them. */
const KNOWN_BY_NAMES: readonly [RegExp, string][] = [
  [/^[A-Z2-7]{26} \.\.\/[0-9a-f]{64}(?:-init)?\/diff$/, "/var/lib/docker/overlay2/l"],
  [/^[0-9a-f]{64}-init /, "/var/lib/docker/overlay2"],
  [/^[^_ ]+_[^_ ]+_.+-[0-9a-f]{64}\.log /, "/var/log/containers"],
  [/^[^_ ]+_[^_ ]+_(?:[0-9a-f]{32}|[0-9a-f-]{36}) $/, "/var/log/pods"],
];

interface Waiting {
  entry: ListedEntry;
  line: Line;
}

/** The directory of rows that came without one; "" when nothing tells, and the names stay relative. */
function directoryOfRows(rows: Waiting[], failed: string[]): string {
  const lost = failed.find((path) => rows.some(({ entry }) => path.endsWith(`/${entry.name}`)));
  if (lost !== undefined) return parentOf(lost);
  for (const [pattern, directory] of KNOWN_BY_NAMES) {
    if (rows.some(({ entry }) => pattern.test(`${entry.name} ${entry.target ?? ""}`))) return directory;
  }
  return "";
}

class Listing implements LineReader {
  readonly #context: ParseContext;
  readonly #blocks: boolean;
  readonly #seen = new Set<string>();
  #directory: string | null;
  #waiting: Waiting[] = [];
  #failed: string[] = [];

  constructor(context: ParseContext) {
    this.#context = context;
    this.#directory = directoryOfCommand(context.command);
    const options = [...(context.command ?? "").matchAll(/ -([A-Za-z1]+)/g)].map((match) => match[1] ?? "").join("");
    this.#blocks = options.includes("s") && !options.includes("i");
  }

  line(line: Line): void {
    const text = line.text.trimEnd();
    const entry = readLsRow(line.text, this.#blocks);
    if (entry) this.#row({ entry, line });
    else if (TOTAL.test(text)) this.#flush();
    else if (emitPathError(line, this.#context.sink)) this.#failure(line);
    else if (HEADER.test(text)) this.#header(text);
    else emitForeign(line, this.#context.sink, "a row of ls -l");
  }

  end(): void {
    this.#flush();
  }

  #header(text: string): void {
    this.#flush();
    this.#failed = [];
    const base = directoryOfCommand(this.#context.command);
    const path = trim(text.slice(0, -1));
    const relative = /^\.(?:\/|$)/.test(path) && base?.startsWith("/");
    this.#directory = relative ? `${base}${path.slice(1)}` : path;
  }

  #failure(line: Line): void {
    const path = readPathError(line.text)?.fact?.path;
    if (path !== undefined && this.#failed.length < WAITING) this.#failed.push(path);
  }

  #row(row: Waiting): void {
    if (this.#directory !== null) this.#emit(this.#directory, row);
    else if (this.#waiting.push(row) >= WAITING) this.#flush();
  }

  #flush(): void {
    const rows = this.#waiting;
    this.#waiting = [];
    if (rows.length === 0) return;
    const directory = directoryOfRows(rows, this.#failed);
    for (const row of rows) this.#emit(directory, row);
  }

  #emit(directory: string, { entry, line }: Waiting): void {
    const { name, ...rest } = entry;
    const path = resolve(directory, name);
    const again = (name === "." || name === "..") && (directory === "" || this.#seen.has(path));
    if (again) return;
    if (entry.type === "directory") this.#seen.add(path);
    const { sink } = this.#context;
    sink.fact("directory-entry", path, { path, ...rest }, line);
    if (entry.type !== "directory") emitPodLog(path, entry.target, line, sink);
  }
}

function sniff(head: string[]): number {
  const rows = head.filter((text) => readLsRow(text) !== null).length;
  if (rows === 0) return 0;
  const known = head.filter(
    (text) => text.trim() === "" || TOTAL.test(text.trimEnd()) || HEADER.test(text.trimEnd()) || readPathError(text),
  ).length;
  return rows + known >= head.length * 0.8 ? 0.95 : 0.3;
}

const source: SourceParser = {
  id: "directory-listing",
  title: "ls -l listings",
  kinds: [
    "overlay2-list",
    "overlay2-l",
    "docker-containers",
    "containerd-snapshots",
    "kubelet-pods",
    "datastore",
    "pod-log-links",
  ],
  command: /^(?:cd \S+ ?(?:;|&&) ?)?(?:busybox )?(?:ls|ll)\b(?=.* -\w*l|ll)|^find .* -ls\b/,
  sniff,
  open: (context) => new Listing(context),
  samples: [
    {
      name: "unreadable entries of a layer, the directory in the command",
      command: "ls -la /var/lib/docker/overlay2/1f2e0000aa/",
      lines: [
        "ls: cannot access /var/lib/docker/overlay2/1f2e0000aa/link: Structure needs cleaning",
        "total 32",
        "drwx------  5 root root  4096 Oct 21 04:17 .",
        "drwx------ 95 root root 16384 Nov  1 06:48 ..",
        "-?????????  ? ?    ?        ?            ? link",
        "drwx------  3 root root  4096 Oct 21 04:17 work",
      ],
      events: 1,
      facts: 5,
    },
    {
      name: "recursive, with links and ISO times",
      command: "ls -laRi --time-style=full-iso /var/log/pods",
      lines: [
        "/var/log/pods:",
        "total 8",
        "  12 drwxr-xr-x 3 root root 4096 2026-03-02 05:44:00.120000000 +0000 .",
        "  11 drwxr-xr-x 8 root root 4096 2026-03-02 05:42:00.000000000 +0000 ..",
        "  13 drwxr-xr-x 3 root root 4096 2026-03-02 05:44:00.000000000 +0000 default_shop-0_77aa954d1a767dfc15de6ca900728501",
        "",
        "/var/log/pods/default_shop-0_77aa954d1a767dfc15de6ca900728501/web:",
        "total 0",
        "  14 lrwxrwxrwx 1 root root 165 2026-03-02 05:45:00.000000000 +0000 2.log -> /var/lib/docker/containers/x/x-json.log",
      ],
      events: 0,
      facts: 5,
    },
    {
      name: "find -ls",
      command: "find /var/lib/docker/overlay2 -ls",
      lines: [
        "  41009      4 -rw-r--r--   1 root     root           26 Mar  2 05:42 /var/lib/docker/overlay2/1f2e/link",
      ],
      events: 0,
      facts: 1,
    },
    {
      name: "busybox, a German locale, and what is no row",
      lines: [
        "insgesamt 4",
        "drwxr-xr-x    2 root     root          4096 Jan  1 00:00 bin",
        "-rw-r--r-- 1 root root 120 23. Okt 04:17 lower",
        "crw-rw-rw- 1 root root 1, 3 Mai 23  2026 null",
        "-rw-r--r-- 1 root",
      ],
      events: 1,
      facts: 3,
      warnings: 1,
    },
    {
      name: "dates in French, Italian, Spanish, Portuguese, Chinese, Russian and Polish",
      lines: [
        "total 24",
        "-rw-r--r-- 1 root root 120 23 sept. 04:17 a",
        "-rw-r--r-- 1 root root 120  5 déc.   2026 b",
        "-rw-r--r-- 1 root root 120  5 giu 06.07 c",
        "-rw-r--r-- 1 root root 120 ene  5  2026 d",
        "-rw-r--r-- 1 root root 120 out  5 06:07 e",
        "-rw-r--r-- 1 root root 120  8月 5日 06:07 f",
        "-rw-r--r-- 1 root root 120 2026年12月 5日 g",
        "-rw-r--r-- 1 root root 120 дек  5  2026 h",
        "-rw-r--r-- 1 root root 120 10-05 06:07 i",
      ],
      events: 0,
      facts: 9,
    },
  ],
};

export default bounded(source);
