/**
 * What the clocks of a node said when somebody looked: date(1), /proc/uptime, uptime(1), timedatectl, the time that
 * fake-hwclock saved (in UTC, always), /etc/timezone and the boot's id, alone or one after the other.
 *
 *     Sat Feb 28 17:03:24 UTC 2026
 *     61.27 40.11
 *     00112233-4455-6677-8899-aabbccddeeff
 *                      RTC time: Thu 1970-01-01 00:01:15
 *                     Time zone: Etc/UTC (UTC, +0000)
 *
 * The first date is the clock at collection. Boot ids are given without dashes, as the journal writes them.
 */
import type { ClockFact } from "../model/fact.ts";
import type { Line, LineReader, ParseContext, SourceParser } from "../model/source.ts";
import type { TimeReading } from "../model/time.ts";
import { bounded } from "./_bounded.ts";
import { pathOfContext, pathOfHeader } from "./_context-path.ts";
import { emitForeign } from "./_path-error.ts";
import { epochSeconds, monthOf, parseCtime, parseIso } from "./_time.ts";

const UPTIME_FILE = /^(\d{1,12}\.\d\d) \d+\.\d\d$/;
const UPTIME =
  /^ *(?:\d\d:\d\d:\d\d +)?up +(?:(\d{1,6}) days?,? *)?(?:(\d{1,2}):(\d\d)|(?:(\d{1,2}) hours?,? *)?(?:(\d{1,2}) min\w*)?),?/;
const BOOT_ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const ZONE = /^(?:[A-Z][A-Za-z]+\/[A-Za-z_+/-]+\d{0,2}|UTC)$/;
/** `Time zone: Europe/Madrid (CET, +0100)`; older versions wrote `Timezone:` and `NTP synchronized:`. */
const FIELD = /^\s*([A-Z][A-Za-z ]+?)(?:: |=)\s*(.*?)\s*$/;
/** `Mon 02 Mar 2026 11:48:06 AM CET` of newer locales, and the same with the date in the other order. */
const LOCALE_DATE =
  /^[A-Z][a-z]{2},? +(?:(\d{1,2}) ([A-Z][a-z]{2})|([A-Z][a-z]{2}) +(\d{1,2})) (?:(\d{4}) )?(\d{1,2}):(\d\d):(\d\d)(?: ([AP])M)?(?: ([A-Z]{3,5}|[+-]\d\d))?(?: (\d{4}))?$/;
const TIMEDATECTL = /^(?:Local time|Universal time|RTC time|Time ?zone|System clock synchronized|NTP synchronized)$/;
const BESIDE =
  /^(?:NTP (?:service|enabled)|Network time on|systemd-timesyncd\.service active|DST active|Last DST change|Next DST change|RTC in local TZ|LocalRTC|CanNTP|NTP|TimeUSec|RTCTimeUSec)$/;

function localeDate(text: string): { time: TimeReading; zone: string | null } | null {
  const match = LOCALE_DATE.exec(text);
  if (!match) return null;
  const [, day1, month1, month2, day2, year1, hour = "", minute, second, half, zone, year2] = match;
  const month = String(monthOf(month1 ?? month2 ?? "")).padStart(2, "0");
  const hours = half === undefined ? Number(hour) : (Number(hour) % 12) + (half === "P" ? 12 : 0);
  const clock = `${String(hours).padStart(2, "0")}:${minute}:${second}`;
  const iso = `${year1 ?? year2}-${month}-${(day1 ?? day2 ?? "").padStart(2, "0")} ${clock} ${zone ?? ""}`.trim();
  const parsed = parseIso(iso);
  return month === "00" || !parsed ? null : { time: parsed.time, zone: zone ?? null };
}

/** A whole line that is a time. */
function dateOf(text: string): { time: TimeReading; zone: string | null } | null {
  const trimmed = text.trim();
  const ctime = parseCtime(trimmed);
  if (ctime?.length === trimmed.length)
    return { time: ctime.time, zone: /([A-Z]{3,5}) \d{4}$/.exec(trimmed)?.[1] ?? null };
  const iso = parseIso(trimmed);
  if (iso && iso.length === trimmed.length && /\d:\d\d/.test(trimmed)) return { time: iso.time, zone: null };
  return localeDate(trimmed);
}

/** Seconds since boot that uptime(1) tells, to the minute. */
function uptimeOf(text: string): number | null {
  const match = UPTIME.exec(text);
  if (!match || match.slice(1).every((part) => part === undefined)) return null;
  const [, days, hour, minute, hours, minutes] = match.map((part) => Number(part ?? 0));
  return (days ?? 0) * 86_400 + ((hour ?? 0) + (hours ?? 0)) * 3600 + ((minute ?? 0) + (minutes ?? 0)) * 60;
}

const EMPTY: ClockFact = {
  reading: "collection",
  time: null,
  seconds: null,
  zone: null,
  bootId: null,
  synchronized: null,
};

class Clocks implements LineReader {
  readonly #context: ParseContext;
  #path: string;
  #collection: ClockFact = EMPTY;
  /** Where the collection's clock was read; a line of timedatectl is only used when there is no date. */
  #line: Line | null = null;
  #dated = false;

  constructor(context: ParseContext) {
    this.#context = context;
    this.#path = pathOfContext(context);
  }

  line(line: Line): void {
    const text = line.text.trim();
    const header = pathOfHeader(line.text);
    const seconds = UPTIME_FILE.exec(text)?.[1] ?? uptimeOf(text);
    const field = FIELD.exec(line.text);
    if (header !== null) this.#path = header;
    else if (/fake-hwclock/.test(this.#path) && parseIso(text)) this.#saved(text, line);
    else if (this.#path.endsWith("since_epoch")) this.#other("rtc", epochSeconds(text), line);
    else if (seconds !== null) this.#emit({ ...EMPTY, reading: "uptime", seconds: Number(seconds) }, line);
    else if (BOOT_ID.test(text)) this.#know({ bootId: text.replaceAll("-", "") }, line);
    else if (ZONE.test(text)) this.#know({ zone: text }, line);
    else if (field && TIMEDATECTL.test(field[1] ?? "")) this.#timedatectl(field[1] ?? "", field[2] ?? "", line);
    else if (field && /^(?:Timezone|NTPSynchronized)$/.test(field[1] ?? ""))
      this.#shown(field[1] ?? "", field[2] ?? "", line);
    else if (field && BESIDE.test(field[1] ?? "")) return;
    else if (!this.#date(text, line)) emitForeign(line, this.#context.sink, "a reading of a clock");
  }

  #date(text: string, line: Line): boolean {
    const found = dateOf(text);
    if (!found) return false;
    if (/^hwclock\b/.test(this.#context.command ?? "")) this.#other("rtc", found.time, line);
    else if (!this.#dated) this.#dateIs(found, line);
    // After a date: the file of fake-hwclock has neither zone nor weekday.
    else if (/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/.test(text)) this.#saved(text, line);
    // `date; date -u`: the second says the same in UTC.
    else if (found.time.clock === "utc" && this.#collection.time?.clock === "local") this.#collection.time = found.time;
    return true;
  }

  #dateIs(found: { time: TimeReading; zone: string | null }, line: Line): void {
    const zone = this.#collection.zone ?? found.zone;
    this.#collection = { ...this.#collection, time: found.time, zone };
    this.#line = line;
    this.#dated = true;
  }

  #timedatectl(name: string, value: string, line: Line): void {
    const time = parseIso(value)?.time ?? null;
    if (name === "Universal time" && !this.#dated && time) this.#know({ time }, line);
    else if (name === "RTC time" && time) this.#other("rtc", { ...time, clock: "utc" }, line);
    else if (/^Time ?zone$/.test(name)) this.#know({ zone: value.split(" ")[0] ?? null }, line);
    else if (name.endsWith("synchronized")) this.#know({ synchronized: value === "yes" }, line);
  }

  #shown(name: string, value: string, line: Line): void {
    this.#know(name === "Timezone" ? { zone: value } : { synchronized: value === "yes" }, line);
  }

  #know(known: Partial<ClockFact>, line: Line): void {
    this.#collection = { ...this.#collection, ...known };
    this.#line ??= line;
  }

  #saved(text: string, line: Line): void {
    const time = parseIso(text)?.time;
    if (time) this.#other("fake-hwclock", { ...time, clock: "utc" }, line);
  }

  #other(reading: ClockFact["reading"], time: TimeReading | null, line: Line): void {
    if (time) this.#emit({ ...EMPTY, reading, time }, line);
  }

  #emit(fact: ClockFact, line: Line): void {
    this.#context.sink.fact("clock", fact.reading, fact, line);
  }

  end(): void {
    if (this.#line) this.#emit(this.#collection, this.#line);
    this.#line = null;
  }
}

function strength(text: string): number {
  const field = FIELD.exec(text)?.[1] ?? "";
  if (TIMEDATECTL.test(field) || parseCtime(text)?.length === text.length || localeDate(text)) return 2;
  if (UPTIME_FILE.test(text) || uptimeOf(text) !== null || BOOT_ID.test(text) || BESIDE.test(field)) return 1;
  return dateOf(text) || ZONE.test(text) || pathOfHeader(text) !== null ? 0.5 : 0;
}

const source: SourceParser = {
  id: "clock-readings",
  title: "clocks (date, uptime, timedatectl, fake-hwclock)",
  kinds: ["clock"],
  command:
    /^(?:date|timedatectl|hwclock|uptime)\b|^cat .*(?:\/proc\/uptime|fake-hwclock\.data|\/boot_id|\/etc\/timezone|since_epoch)/,
  path: /(?:^|\/)(?:proc\/uptime|fake-hwclock\.data|boot_id|etc\/timezone|since_epoch)$/,
  sniff: (head) => {
    const lines = head.map((text) => text.trim()).filter((text) => text !== "");
    const values = lines.map(strength);
    if (lines.length === 0 || values.filter((value) => value === 0).length > lines.length * 0.2) return 0;
    if (Math.max(...values) === 2) return 0.9;
    return lines.length <= 4 ? 0.6 : 0;
  },
  open: (context) => new Clocks(context),
  samples: [
    {
      name: "several, one after the other",
      command:
        "date -u; cat /proc/uptime; cat /etc/fake-hwclock.data; cat /proc/sys/kernel/random/boot_id; timedatectl",
      lines: [
        "Sat Feb 28 17:03:24 UTC 2026",
        "61.27 40.11",
        "2026-02-28 16:17:01",
        "00112233-4455-6677-8899-aabbccddeeff",
        "               Local time: Sat 2026-02-28 17:03:25 UTC",
        "           Universal time: Sat 2026-02-28 17:03:25 UTC",
        "                 RTC time: Thu 1970-01-01 00:01:15",
        "                Time zone: Etc/UTC (UTC, +0000)",
        "System clock synchronized: no",
        "              NTP service: n/a",
        "          RTC in local TZ: no",
      ],
      events: 0,
      facts: 4,
    },
    {
      name: "dates of other locales",
      lines: ["Sat 28 Feb 2026 06:03:24 PM CET", "Sat Feb 28 17:03:24 UTC 2026", "Europe/Madrid"],
      events: 0,
      facts: 1,
    },
    {
      name: "uptime",
      lines: [" 07:49:58 up 3 days,  2:31,  3 users,  load average: 0.02, 0.05, 0.15"],
      events: 0,
      facts: 1,
    },
    { name: "fake-hwclock alone", path: "etc/fake-hwclock.data", lines: ["2026-02-28 16:17:01"], events: 0, facts: 1 },
    {
      name: "no clock",
      lines: ["Sat Feb 28 17:03:24 UTC 2026", "0.0.0", "12.10 8.00", "1 2 3"],
      events: 0,
      facts: 2,
      warnings: 2,
    },
  ],
};

export default bounded(source);
