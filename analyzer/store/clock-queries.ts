/** Lines that the clock model looks at. */
import type { Database } from "better-sqlite3";

/** A line with its store id; `stated` as written, in µs. */
export interface LineRow {
  event: number;
  origin: string;
  text: string;
  stated: number | null;
}

const COLUMNS = "event.id AS event, origin.name AS origin, text.text AS text, event.stated AS stated";
const JOINS = "JOIN origin ON origin.id = event.origin JOIN text ON text.id = event.text";
const MOST_LINES = 5_000;
/** µs between the wall times of two lines that belong to one moment. */
const NEAR = 10_000_000;

/** Lines of one artifact up to an event, within ten seconds of it by their own clock, in order. */
export function linesUntil(database: Database, event: number, count: number): LineRow[] {
  return linesBeside(database, event, count, "event.id <= ?", "DESC").toReversed();
}

/** The same from an event on. */
export function linesFrom(database: Database, event: number, count: number): LineRow[] {
  return linesBeside(database, event, count, "event.id >= ?", "ASC");
}

function linesBeside(database: Database, event: number, count: number, side: string, order: string): LineRow[] {
  const rows = database
    .prepare(
      `SELECT ${COLUMNS} FROM event ${JOINS}
       WHERE ${side} AND event.artifact = (SELECT artifact FROM event WHERE id = ?) ORDER BY event.id ${order} LIMIT ?`,
    )
    .all(event, event, count) as LineRow[];
  const at = rows.find(({ stated }) => stated !== null)?.stated ?? null;
  return rows.filter(({ stated }) => stated === null || at === null || Math.abs(stated - at) <= NEAR);
}

/** systemd's units of containers, and the kubelet's view of them: lines that are written as they start or end. */
export const CONTAINER_MOMENT =
  /(?:\bStarted (?:libcontainer|cri-containerd|docker) container |\bContainerStarted"?,? Data:"?)(?<started>[0-9a-f]{64})\b|(?:\bContainerDied"?,? Data:"?|\b(?:docker|cri-containerd|crio|libpod)-(?=[0-9a-f]{64}\.scope: (?:Succeeded|Deactivated)))(?<ended>[0-9a-f]{64})\b/;

/** Texts that the clock model asks for, found while they are stored, as the line rules are. */
export const clockSignatures = [
  {
    id: "clock:synchronized",
    match: [
      {
        literals: [
          "Selected source ",
          "Contacted time server ",
          "Initial clock synchronization ",
          "Synchronized to time server ",
        ],
        pattern:
          /^(?:Selected source|Contacted time server|Initial clock synchronization|Synchronized to time server) /,
      },
    ],
    except: null,
  },
  {
    // Debian's fake-hwclock lets `date -u -s` print the time that it had saved.
    id: "clock:saved",
    match: [{ literals: [" UTC 20"], pattern: /^[A-Z][a-z]{2} .{6,10} \d\d:\d\d:\d\d (?:[AP]M )?UTC 20\d\d$/ }],
    except: null,
  },
  { id: "clock:kernel-start", match: [{ literals: ["Linux version "], pattern: /^Linux version \d/ }], except: null },
  {
    // The kernel's drivers/rtc: class.c, rtc-ds1307.c, rtc-pcf*.c, rtc-rv*.c
    id: "clock:rtc-lost",
    match: [
      {
        literals: [
          "setting system clock to ",
          "SET TIME!",
          "oscillator failed",
          "oscillator stop",
          "ow voltage detected",
          "oltage low",
          "ower loss detected",
        ],
        pattern:
          /\brtc[\w-]{0,20} \S{1,40}: (?:setting system clock to (?:19|200)\d|SET TIME!|oscillator (?:failed|stop)|low voltage detected|voltage low|power loss detected, invalid)/i,
      },
    ],
    except: null,
  },
  {
    id: "clock:container",
    match: [{ literals: [" container ", ".scope: ", "ContainerStarted", "ContainerDied"], pattern: CONTAINER_MOMENT }],
    except: null,
  },
  {
    // systemd src/shutdown/shutdown.c, src/journal/journald.c
    id: "clock:shutdown",
    match: [
      {
        literals: ["Journal stopped", "Powering off", "Rebooting", "Shutting down.", "Reached target "],
        pattern:
          /^(?:Journal stopped$|Powering off|Rebooting|Shutting down\.$|Reached target [^]{0,80}?(?:Shutdown|Power-Off|System Power Off))/,
      },
    ],
    except: null,
  },
];

/** The lines that one of some rules or signatures matched, in bundle order. */
function linesOf(database: Database, rules: string[], condition = ""): LineRow[] {
  return database
    .prepare(
      `WITH said AS (SELECT text, first_event, last_event FROM match WHERE rule IN (SELECT value FROM json_each(?)))
       SELECT ${COLUMNS} FROM event ${JOINS}
       WHERE event.id BETWEEN (SELECT min(first_event) FROM said) AND (SELECT max(last_event) FROM said)
         AND event.text IN (SELECT text FROM said) ${condition}
       ORDER BY event.id LIMIT ${MOST_LINES}`,
    )
    .all(JSON.stringify(rules)) as LineRow[];
}

/** What programs say of a clock that was not set, restored, stepped or synchronized, in bundle order. */
export function clockLines(database: Database): LineRow[] {
  const saved = linesOf(database, ["clock:saved"], "AND origin.name = 'fake-hwclock'");
  const said = linesOf(database, ["clock-line", "clock:synchronized"]);
  return [...said, ...saved].toSorted((a, b) => a.event - b.event);
}

/** Lines that tell when a container started or ended. */
export function containerLines(database: Database): LineRow[] {
  return linesOf(database, ["clock:container"]);
}

/** Whether the kernel found that the clock which runs without power had lost the time. */
export function saysClockLost(database: Database): boolean {
  return linesOf(database, ["clock:rtc-lost"]).length > 0;
}

/** The last words of a machine that is shut down in order. */
export function shutdownLines(database: Database): LineRow[] {
  const programs = "('systemd', 'systemd-shutdown', 'systemd-journald', 'kernel')";
  return linesOf(database, ["clock:shutdown"], `AND origin.name IN ${programs}`);
}

/** The first words of a kernel. */
export function kernelStartLines(database: Database): LineRow[] {
  return linesOf(database, ["clock:kernel-start"], "AND origin.name = 'kernel'");
}

/** All lines that a rule matched, in bundle order. */
export function ruleLines(database: Database, rule: string): LineRow[] {
  return linesOf(database, [rule]);
}
