/**
 * The table of `docker ps`, made by docker/cli cli/command/formatter/container.go over a tabwriter that counts
 * characters, not bytes; podman prints the same columns. Also `docker compose ps`, whose rows have no id.
 *
 *     CONTAINER ID   IMAGE       COMMAND                  CREATED      STATUS                   PORTS     NAMES
 *     3b0f6a1c9d22   shop:1.4    "/bin/sh -c 'exec sh…"   9 days ago   Exited (137) 2 days ago            shop
 *
 * A cell lies under its header. Where that fails (a terminal wrapped the rows, a form collapsed the spaces) the rows are
 * found by what their cells look like.
 */
import type { ContainerFact } from "../model/fact.ts";
import type { Line, LineReader, ParseContext, SourceParser } from "../model/source.ts";
import { bounded } from "./_bounded.ts";
import { STATUS, emptyContainer, podOfName, readStatus } from "./_container.ts";
import { emitForeign } from "./_path-error.ts";

const HEADERS = [
  "CONTAINER ID",
  "IMAGE",
  "COMMAND",
  "SERVICE",
  "CREATED",
  "STATUS",
  "PORTS",
  "NAMES",
  "NAME",
  "SIZE",
] as const;
type Header = (typeof HEADERS)[number];
type Cells = Partial<Record<Header, string>>;

const HEADER = /^(?:CONTAINER ID|NAME) {2,}(?:IMAGE|COMMAND)\b/;
const ID = "(?:[0-9a-f]{64}|[0-9a-f]{12})";
const STARTS_WITH_ID = new RegExp(`^${ID}(?:\\s|$)`);
/** The id of a row whose line end was lost: it is followed by an image and a quoted command. */
const ROW_START = new RegExp(`${ID}(?=\\s+\\S+\\s+")`, "g");
const ROW = new RegExp(`^(${ID})\\s+(\\S+)\\s+("(?:[^"\\\\]|\\\\.)*"?)\\s+(.+?) ?ago\\s+(${STATUS})(?:\\s+(\\S.*))?$`);
/** Rows of a grep over the table, without its header. */
const BARE_ROW = new RegExp(`^${ID}\\s{2,}\\S+\\s{2,}".*\\s(?:${STATUS})(?:\\s|$)`);

/** Of a row that is told by its looks. With all of a command in it, it is still shorter. */
const LONGEST = 10_240;

interface Column {
  header: Header;
  start: number;
}

function columnsOf(header: string): Column[] {
  return HEADERS.flatMap((name) => {
    const start = new RegExp(`(?:^|\\s)${name}(?=\\s|$)`).exec(header);
    return start ? [{ header: name, start: start.index === 0 ? 0 : start.index + 1 }] : [];
  }).sort((a, b) => a.start - b.start);
}

/** The cells under the headers, or null when the row does not keep to the columns. */
function cut(row: string, columns: Column[]): Cells | null {
  const characters = Array.from(row);
  const cells: Cells = {};
  for (const [index, { header, start }] of columns.entries()) {
    if (start > 0 && start < characters.length && characters[start - 1] !== " ") return null;
    const cell = characters
      .slice(start, columns[index + 1]?.start)
      .join("")
      .trim();
    if (cell !== "") cells[header] = cell;
  }
  return cells;
}

/** The cells by their looks. What follows the status is ports, then the name, then a size. */
function guess(row: string): Cells | null {
  if (row.length > LONGEST) return null;
  const match = ROW.exec(row.trim());
  if (!match) return null;
  const [, id = "", image = "", command = "", created = "", status = "", rest = ""] = match;
  const words = rest.replace(/\s+\S+ \(virtual [^)]*\)$/, "").split(/\s+/);
  const last = words.at(-1) ?? "";
  const name = /^[\w][\w.,/-]*$/.test(last) && !/^\d+\/(?:tcp|udp)$/.test(last) ? last : undefined;
  return {
    "CONTAINER ID": id,
    IMAGE: image,
    COMMAND: command,
    CREATED: `${created} ago`,
    STATUS: status,
    ...(name === undefined ? {} : { NAMES: name }),
  };
}

function unquote(command: string | undefined): string | null {
  return command === undefined ? null : command.replace(/^"/, "").replace(/"$/, "");
}

function factOf(cells: Cells): ContainerFact | null {
  const name = cells.NAMES ?? cells.NAME ?? null;
  const id = cells["CONTAINER ID"] ?? (cells.NAME || null);
  if (id === null || (cells["CONTAINER ID"] !== undefined && !STARTS_WITH_ID.test(id))) return null;
  return {
    ...emptyContainer(id),
    name,
    image: cells.IMAGE ?? null,
    command: unquote(cells.COMMAND),
    ...readStatus(cells.STATUS ?? ""),
    createdAge: cells.CREATED ?? null,
    pod: podOfName(name),
  };
}

/** Pieces of a wrapped row put together: a piece as wide as the terminal goes on without a space. */
function join(pieces: string[], width: number): string {
  return pieces.reduce((all, piece) => all + piece + (piece.length >= width ? "" : " "), "");
}

class Table {
  readonly #context: ParseContext;
  readonly #header: Line | null;
  readonly #columns: Column[];
  /** A header that lacks its last columns may go on in the next line; the first row tells. */
  #wrapped: boolean;
  #pending: Line[] = [];

  constructor(context: ParseContext, header: Line | null) {
    this.#context = context;
    this.#header = header;
    this.#columns = header ? columnsOf(header.text) : [];
    this.#wrapped = header !== null && !this.#columns.some((column) => column.header.startsWith("NAME"));
  }

  line(line: Line): void {
    if (this.#pending.length === 0 && STARTS_WITH_ID.test(line.text)) this.#wrapped = false;
    if (this.#wrapped) {
      this.#pending.push(line);
      return;
    }
    const isRow = this.#header?.text.startsWith("NAME") ? line.text.trim() !== "" : STARTS_WITH_ID.test(line.text);
    if (isRow) this.flush();
    else if (this.#pending.length === 0 || !this.#continues(line)) {
      emitForeign(line, this.#context.sink, "a row of docker ps");
      return;
    }
    this.#pending.push(line);
  }

  /** The rest of a wrapped row: the row before it has no name yet. */
  #continues(line: Line): boolean {
    const before = this.#pending.map(({ text }) => text);
    if (/^\s*(?:\.{3,}|…)?\s*$/.test(line.text) || /^(?:Error|\S+: )/.test(line.text)) return false;
    if (this.#columns.length === 0) return (before[0] ?? "").trim().split(/\s{2,}/).length < 6;
    const cells = before.length === 1 ? cut(before[0] ?? "", this.#columns) : null;
    return !(cells?.NAMES ?? cells?.NAME);
  }

  flush(): void {
    const pending = this.#pending;
    this.#pending = [];
    const [first] = pending;
    if (!first) return;
    if (this.#wrapped) this.#reflow(pending);
    else if (pending.length > 1)
      this.#row(
        first,
        join(
          pending.map(({ text }) => text),
          first.text.length,
        ),
      );
    else this.#row(first, first.text);
  }

  /** Rows of a table whose lines the terminal broke, header and all. */
  #reflow(lines: Line[]): void {
    const width = this.#header?.text.length ?? 0;
    let text = "";
    const offsets = lines.map((line) => {
      const offset = text.length;
      text += join([line.text], width);
      return offset;
    });
    const starts = [...text.matchAll(ROW_START)].map((match) => match.index);
    if (starts.length === 0) this.#context.sink.warning(lines[0]?.number ?? 0, "not a row of docker ps");
    for (const [nth, start] of starts.entries()) {
      const line = lines[offsets.findLastIndex((offset) => offset <= start)];
      if (line) this.#row(line, text.slice(start, starts[nth + 1]));
    }
  }

  #row(line: Line, text: string): void {
    const aligned = this.#columns.length > 0 && !this.#wrapped ? cut(text, this.#columns) : null;
    const cells =
      aligned ?? guess(text) ?? (STARTS_WITH_ID.test(text) ? { "CONTAINER ID": text.split(/\s/)[0] ?? "" } : null);
    const fact = cells && factOf(cells);
    if (fact) this.#context.sink.fact("container", fact.id, fact, line);
    else this.#context.sink.warning(line.number, "not a row of docker ps");
  }
}

function open(context: ParseContext): LineReader {
  let table: Table | null = null;
  return {
    line(line) {
      if (HEADER.test(line.text)) {
        table?.flush();
        table = new Table(context, line);
      } else if (table === null && BARE_ROW.test(line.text)) {
        table = new Table(context, null);
        table.line(line);
      } else if (table === null) emitForeign(line, context.sink, "a row of docker ps");
      else table.line(line);
    },
    end: () => table?.flush(),
  };
}

const source: SourceParser = {
  id: "docker-ps",
  title: "docker ps, the table",
  kinds: ["docker-ps"],
  command: /^(?:docker|podman|nerdctl)(?:[ -]compose)?(?: container)? (?:ps|ls)\b(?!.*(?:--format|json))/,
  sniff: (head) => {
    if (head.some((line) => HEADER.test(line) && !/\bPOD ID\b/.test(line))) return 0.95;
    return head.some((line) => BARE_ROW.test(line)) ? 0.8 : 0;
  },
  open,
  samples: [
    {
      name: "exited, running and cut rows",
      command: "docker ps -a",
      lines: [
        "CONTAINER ID   IMAGE        COMMAND                  CREATED             STATUS                     PORTS                NAMES",
        '3b0f6a1c9d22   a1c95bcd7701 "kube-apiserver --ad…"   6 hours ago         Exited (255) 2 hours ago                        k8s_kube-apiserver_kube-apiserver-berry_kube-system_77aa954d1a767dfc15de6ca900728501_3',
        '90aa31ffe0c4   shop:1.4     "/bin/sh -c \'exec s…"   About an hour ago   Up About an hour (Paused)  0.0.0.0:80->80/tcp   shop',
        '61d2beef0042   shop:1.3     "/bin/sh"                9 days ago          Created',
        "...",
      ],
      events: 0,
      facts: 3,
    },
    {
      name: "a terminal broke the lines and lost their ends",
      lines: [
        "CONTAINER ID        IMAGE               COMMAND                  CREATED             STATUS         PO",
        'RTS    NAMES3b0f6a1c9d22        a1c95bcd7701        "etcd --advertise-cl…"   2 minutes ago       Exited',
        " (2) 2 minutes ago            k8s_etcd_etcd-berry_kube-system_77aa954d1a767dfc15de6ca900728501_1190aa31",
        'ffe0c4        b2c95bcd7702        "kube-apiserver --ad…"   4 minutes ago       Exited (255) 4 minutes ',
        "ago          k8s_kube-apiserver_kube-apiserver-berry_kube-system_88aa954d1a767dfc15de6ca900728502_4",
      ],
      events: 0,
      facts: 2,
    },
    {
      name: "a line that is no row",
      lines: ["CONTAINER ID   IMAGE     COMMAND   CREATED   STATUS    PORTS     NAMES", "what is this"],
      events: 1,
      facts: 0,
      warnings: 1,
    },
  ],
};

export default bounded(source, STARTS_WITH_ID);
