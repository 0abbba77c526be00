/**
 * The tables of `crictl ps -a` and `crictl pods` (kubernetes-sigs/cri-tools cmd/crictl/container.go and sandbox.go over
 * a tabwriter). Older versions print neither the pod's name nor its namespace, and say CONTAINER ID.
 *
 *     CONTAINER       IMAGE           CREATED       STATE     NAME   ATTEMPT   POD ID          POD      NAMESPACE
 *     3b0f6a1c9d22a   a1c95bcd7701b   3 hours ago   Exited    etcd   4         77aa954d1a767   etcd-n7  kube-system
 *
 *     POD ID          CREATED       STATE      NAME      NAMESPACE     ATTEMPT   RUNTIME
 *     77aa954d1a767   3 hours ago   NotReady   etcd-n7   kube-system   2         (default)
 *
 * A cell lies under its header; rows whose spaces a form collapsed are found by what their cells look like.
 */
import type { Line, LineReader, ParseContext, SourceParser } from "../model/source.ts";
import { wholeNumber } from "./_number.ts";
import { bounded } from "./_bounded.ts";
import type { CriRow } from "./_cri.ts";
import { criContainer } from "./_cri.ts";
import { emitForeign } from "./_path-error.ts";

const CONTAINERS = /^CONTAINER(?: ID)? {2,}IMAGE {2,}CREATED {2,}STATE\b/;
const PODS = /^POD ID {2,}CREATED {2,}STATE {2,}NAME\b/;
const ID = "[0-9a-f]{12,64}";
const AGE = "(?:About an? \\w+|Less than a second|\\d+ \\w+)(?: ago)?";
const CONTAINER_ROW = new RegExp(
  `^(${ID})\\s+(\\S+)\\s+(${AGE})\\s+(Running|Exited|Created|Unknown)\\s+(\\S+)\\s+(\\d+)\\s+(${ID})(?:\\s+([\\w.-]+))?(?:\\s+([\\w.-]+))?\\s*$`,
);
const POD_ROW = new RegExp(
  `^(${ID})\\s+(${AGE})\\s+(Ready|NotReady|Unknown)\\s+(\\S+)\\s+(\\S+)\\s+(\\d+)(?:\\s+\\S+)?\\s*$`,
);

const NAMES = [
  "CONTAINER ID",
  "CONTAINER",
  "IMAGE",
  "CREATED",
  "STATE",
  "NAMESPACE",
  "NAME",
  "ATTEMPT",
  "POD ID",
  "POD",
  "RUNTIME",
] as const;
type Cells = Partial<Record<(typeof NAMES)[number], string>>;

interface Column {
  name: (typeof NAMES)[number];
  start: number;
}

function columnsOf(header: string): Column[] {
  const cells = [...header.matchAll(/\S+(?: \S+)*/g)];
  return cells.flatMap((cell) => {
    const name = NAMES.find((known) => known === cell[0]);
    return name ? [{ name, start: cell.index }] : [];
  });
}

/** The cells under the headers, or null when the row does not keep to the columns. */
function cut(row: string, columns: Column[]): Cells | null {
  const cells: Cells = {};
  for (const [index, { name, start }] of columns.entries()) {
    if (start > 0 && start < row.length && row[start - 1] !== " ") return null;
    const cell = row.slice(start, columns[index + 1]?.start).trim();
    if (cell !== "") cells[name] = cell;
  }
  return cells;
}

function guess(row: string): Cells | null {
  const container = CONTAINER_ROW.exec(row);
  if (container) {
    const [, id, image, age, state, name, attempt, podId, pod, namespace] = container;
    const cells = { CONTAINER: id, IMAGE: image, CREATED: age, STATE: state, NAME: name, ATTEMPT: attempt };
    return { ...cells, "POD ID": podId, POD: pod, NAMESPACE: namespace } as Cells;
  }
  const pod = POD_ROW.exec(row);
  if (!pod) return null;
  const [, id, age, state, name, namespace, attempt] = pod;
  return { "POD ID": id, CREATED: age, STATE: state, NAME: name, NAMESPACE: namespace, ATTEMPT: attempt } as Cells;
}

/** Null when the cells are not those of a row: an id, a state that is known, a number of attempts. */
function rowOf(cells: Cells): CriRow | null {
  const own = cells.CONTAINER ?? cells["CONTAINER ID"];
  const id = own ?? cells["POD ID"] ?? "";
  if (!/^[0-9a-f]{12,64}$/.test(id) || !/^\d*$/.test(cells.ATTEMPT ?? "")) return null;
  if (!/^(?:Running|Exited|Created|Unknown|Ready|NotReady)$/.test(cells.STATE ?? "")) return null;
  const sandbox = own === undefined;
  const pod = (sandbox ? cells.NAME : cells.POD) ?? "";
  return {
    id,
    sandbox,
    state: cells.STATE ?? null,
    name: cells.NAME ?? null,
    attempt: wholeNumber(cells.ATTEMPT) ?? 0,
    image: cells.IMAGE ?? null,
    createdAge: cells.CREATED ?? null,
    sandboxId: sandbox ? null : (cells["POD ID"] ?? null),
    pod: { name: pod === "unknown" ? "" : pod, namespace: cells.NAMESPACE ?? "", uid: "" },
  };
}

function open({ sink }: ParseContext): LineReader {
  let columns: Column[] = [];
  return {
    line(line: Line) {
      const text = line.text.trimEnd();
      if (CONTAINERS.test(text) || PODS.test(text)) {
        columns = columnsOf(text);
        return;
      }
      const cells = columns.length > 0 ? cut(text, columns) : null;
      const row = (cells && rowOf(cells)) ?? rowOf(guess(text.trim()) ?? {});
      if (row) sink.fact("container", row.id, criContainer(row), line);
      else emitForeign(line, sink, "a row of crictl");
    },
    end: () => undefined,
  };
}

const source: SourceParser = {
  id: "crictl-table",
  title: "crictl ps and crictl pods, the tables",
  kinds: ["crictl-ps", "crictl-pods"],
  command: /^(?:(?:k3s|rke2) )?crictl\b(?: -\S+(?: (?=\d|\S*\/)[^\s-]\S*)?)* (?:ps|pods)\b(?!.*json)/,
  sniff: (head) => {
    if (head.some((text) => CONTAINERS.test(text) || PODS.test(text))) return 0.95;
    return head.some((text) => CONTAINER_ROW.test(text) || POD_ROW.test(text)) ? 0.8 : 0;
  },
  open,
  samples: [
    {
      name: "containers with their pods",
      command: "crictl ps -a",
      lines: [
        "CONTAINER           IMAGE               CREATED             STATE               NAME                ATTEMPT             POD ID              POD                 NAMESPACE",
        "3b0f6a1c9d22a       a1c95bcd7701b       3 hours ago         Exited              etcd                4                   77aa954d1a767       etcd-n7             kube-system",
        "90aa31ffe0c41       a1c95bcd7702b       About an hour ago   Running             shop                0                   88aa954d1a768       shop-5d4f-x2x9k     default",
      ],
      events: 0,
      facts: 2,
    },
    {
      name: "pods, and an error of the runtime",
      command: "crictl pods",
      lines: [
        "POD ID              CREATED             STATE               NAME                NAMESPACE           ATTEMPT             RUNTIME",
        "77aa954d1a767       3 hours ago         NotReady            etcd-n7             kube-system         2                   (default)",
        "FATA[0002] listing pod sandboxes: rpc error: code = DeadlineExceeded desc = context deadline exceeded",
      ],
      events: 1,
      facts: 1,
      warnings: 1,
    },
    {
      name: "an older version, with spaces collapsed by a form",
      lines: [
        "CONTAINER ID        IMAGE               CREATED             STATE               NAME                ATTEMPT             POD ID",
        "3b0f6a1c9d22a a1c95bcd7701b 3 hours ago Exited etcd 4 77aa954d1a767",
        "4b0f6a1c9d22a       a1c95bcd7701b       2 minutes ago       Running             etcd                5                   77aa954d1a767",
        "what is this",
      ],
      events: 1,
      facts: 2,
      warnings: 1,
    },
  ],
};

export default bounded(source);
