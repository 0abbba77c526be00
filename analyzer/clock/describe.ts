/** The clock section of the report: every boot, every step, and what was assumed, in sentences. */
import type { ClockBoot, ClockStep } from "../model/analysis.ts";
import type { Instant, Micros, Placement } from "../model/time.ts";
import { SECOND } from "../model/time.ts";
import type { PlacedBoot } from "./boot-starts.ts";
import type { WallEra } from "./history.ts";
import type { ClockRun } from "./run.ts";

/** Smaller steps are left out: they change no order that matters. */
const WORTH_TELLING = SECOND;
const MOST_BOOTS = 500;
const UNMEASURED = "Only text tells of it, without seconds since the boot: its clock cannot be checked against them.";

/** Boots in true order, with the place of their first and last sign of life. */
export function describeBoots(boots: PlacedBoot[], history: WallEra[], shutdowns: Set<string>): ClockBoot[] {
  return boots.map((boot, at) => {
    const own = history.filter((era) => era.boot === boot);
    const [first, last] = [own[0], own.at(-1)];
    const [from, to] = [boot.eras[0], boot.eras.at(-1)];
    return {
      id: boot.id,
      first: first && from ? instantIn(first, from.distance + from.first) : null,
      last: last && to ? instantIn(last, to.endDistance + to.last) : null,
      offset: first?.shift ?? 0,
      basis: [whatHappened(boot), end(shutdowns.has(boot.id), at === boots.length - 1)].join(" "),
    };
  });
}

/** Adds the boots that only text tells of, without seconds since them: among the others by when they began. */
export function withUnmeasured(measured: ClockBoot[], runs: ClockRun[], placements: Placement[]): ClockBoot[] {
  const known = new Set(measured.map(({ id }) => id));
  const placed = new Map(placements.map((placement) => [placement.firstEvent, placement]));
  const ends = new Map(placements.map((placement) => [placement.lastEvent, placement]));
  const others = new Map<string, ClockBoot>();
  for (const { boot, firstEvent, lastEvent, firstStated, lastStated } of runs) {
    const [from, to] = [placed.get(firstEvent), ends.get(lastEvent)];
    if (boot === null || known.has(boot) || !from || !to || others.size + measured.length > MOST_BOOTS) continue;
    const first = placedAt(from, firstStated ?? 0);
    const last = placedAt(to, lastStated ?? 0);
    const other = others.get(boot) ?? { id: boot, first, last, offset: 0, basis: UNMEASURED };
    const isEarlier = other.first === null || first.best < other.first.best;
    const isLater = other.last === null || last.best > other.last.best;
    others.set(boot, { ...other, first: isEarlier ? first : other.first, last: isLater ? last : other.last });
  }
  return [...others.values()].reduce((boots, boot) => {
    const at = boots.findIndex(({ first }) => (first?.best ?? 0) > (boot.first?.best ?? 0));
    return at === -1 ? [...boots, boot] : [...boots.slice(0, at), boot, ...boots.slice(at)];
  }, measured);
}

function placedAt({ offset, before, after, basis, lo, hi }: Placement, stated: Micros): Instant {
  const best = stated + offset;
  return { lo: lo ?? best - before, hi: hi ?? best + after + 1, best, basis };
}

function instantIn({ shift, before, after, basis }: WallEra, stated: Micros): Instant {
  const best = stated + shift;
  return { lo: best - before, hi: best + after + 1, best, basis };
}

function whatHappened(boot: PlacedBoot): string {
  if (boot.anchor === null) {
    const start = boot.restoredTo === null ? "Its clock was not set" : "Its clock started at a saved time";
    const bounds = boot.open
      ? "nothing bounds it on one side, so it may lie far from where it is drawn"
      : "it lies between the end of the boot before it and the start of the next, or the collection";
    return `${start}, and no time server was heard: ${bounds}.`;
  }
  const worth = boot.steps.filter(({ delta }) => Math.abs(delta) >= WORTH_TELLING);
  const steps = worth.filter(({ cause }) => cause?.kind !== "resumed");
  const slept = worth.length > steps.length ? ["The machine slept, which the seconds since boot do not count."] : [];
  if (steps.length === 0) return ["Nothing speaks against its clock.", ...slept].join(" ");
  const many = steps.length === 1 ? "one step" : `${steps.length} steps`;
  const moved = `Its clock was moved in ${many}: what was written before is corrected by them, on the seconds since boot.`;
  return [moved, ...doubtIn(boot), ...slept].join(" ");
}

function doubtIn({ doubt }: PlacedBoot): string[] {
  if (doubt.before + doubt.after === 0) return [];
  const isEither = doubt.before !== doubt.after;
  const either = " Nothing spoke against the clock before that, so the truth lies between the two.";
  return [`A person set it, by a watch: it may be off by minutes.${isEither ? either : ""}`];
}

function end(shutdown: boolean, isLast: boolean): string {
  if (shutdown) return "It ended with a shutdown.";
  return isLast ? "It is the last one known." : "No shutdown was logged: the power was cut, or it hung.";
}

/** Steps in true order. `at` is the place of the first entry after the step, reaching back to the last one before it. */
export function describeSteps(boots: PlacedBoot[], history: WallEra[]): ClockStep[] {
  return boots.flatMap((boot) =>
    boot.steps.flatMap(({ after, before, delta, cause }, border): ClockStep[] => {
      const era = history.find((own) => own.boot === boot && own.index === border + 1);
      const own = boot.eras[border + 1];
      if (!era || !own || Math.abs(delta) < WORTH_TELLING || cause?.kind === "resumed") return [];
      const at = instantIn(era, own.distance + own.first);
      const lo = at.lo - (before - after);
      const basis = at.basis === "exact" && at.best - lo > SECOND ? "clock-corrected" : at.basis;
      return [
        {
          bootId: boot.id,
          // The entry after a step may come late; within a second, the one before it is the nearest that is known.
          at: { ...at, lo, best: at.best - lo < SECOND ? lo : at.best, basis },
          delta,
          cause: cause === null ? "no line says what set it" : `set by ${cause.by}`,
          line: cause?.line.event ?? null,
        },
      ];
    }),
  );
}

/** What the order of the boots rests on, when their wall clocks do not tell it. */
export function describeOrder(history: WallEra[]): string[] {
  const earlier = (era: WallEra, other: WallEra): boolean => other.boot !== era.boot && era.from < other.to;
  const confused = history.some((era, at) => history.slice(0, at).some((other) => earlier(era, other)));
  return confused
    ? [
        "By their wall clocks, boots overlap or run backwards. They are in the order that the journal's own sequence, synchronized times and saved times prove; within a boot, the seconds since boot order the lines.",
      ]
    : [];
}

/** How far the node's clock was from the one of the machine that printed the collector, as a sentence. */
export function describeStamp(stated: Instant | null, stamp: Micros | null): string[] {
  if (stamp === null || stated === null) return [];
  const behind = Math.round((stamp - stated.best) / SECOND);
  const size = (seconds: number): string =>
    Math.abs(seconds) < 120 ? `${seconds} s` : `${Math.round(seconds / 60)} min`;
  return behind > 1
    ? [
        `At the collection the node's clock was at least ${size(behind)} behind the machine that printed the collector, by more if it was not run at once.`,
      ]
    : [
        `At the collection the node's clock was at most ${size(-behind)} ahead of the machine that printed the collector, or less by the time until it was run.`,
      ];
}

/** What became of entries of other machines. */
export function describeForeign(boots: number): string[] {
  if (boots === 0) return [];
  const which = boots === 1 ? "One boot in the journals is" : `${boots} boots in the journals are`;
  return [`${which} of another machine: its entries stand at the times that it wrote, and are no boots of this node.`];
}

/** What became of times of files and superblocks that lie after the collection. */
export function describeLate(times: number): string {
  const which =
    times === 1
      ? "One time that a file or a superblock tells lies"
      : `${times} times that files or superblocks tell lie`;
  return `${which} after the collection: another clock than the node's said so, and ${times === 1 ? "it is" : "they are"} not among the events.`;
}
