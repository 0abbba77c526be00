import type { Evidence, FindingDraft } from "../model/rule.ts";
import { MINUTE } from "../model/time.ts";
import { supplyRemedy } from "./_supply.ts";
import { startsWithLog, windowOf } from "./_time.ts";
import type { Throttled } from "./_throttled.ts";
import { describeThrottled, has, throttledReadings } from "./_throttled.ts";
import type { RuleView } from "./types.ts";

/** So many dips of the voltage are a supply that is too weak, and not one start of a motor. */
const OFTEN = 3;
/** A dip this long before an I/O error is near enough to have brought it about. */
const NEAR = 10 * MINUTE;

export interface UnderVoltage {
  dips: Evidence[];
  count: number;
  readings: Throttled[];
  /** Low at the end of the evidence. */
  now: boolean;
  /** Often, now, or shortly before the storage failed. */
  strong: boolean;
}

/** Everything that says the supply was too weak; null when nothing does. */
export function underVoltage(view: RuleView): UnderVoltage | null {
  const lines = view.matches("under-voltage-line");
  const low = lines.filter(({ captures }) => captures["low"] !== undefined);
  const readings = throttledReadings(view).filter(({ bits }) => has(bits, 0) || has(bits, 16));
  if (low.length === 0 && readings.length === 0) return null;
  const count = low.reduce((sum, match) => sum + match.count, 0);
  const dips = low.flatMap((match) => (match.count > 1 ? [match.first(), match.last()] : [match.first()]));
  const now = readings.some(({ bits }) => has(bits, 0));
  return { dips, count, readings, now, strong: now || count >= OFTEN || precedesErrors(view, dips) };
}

function precedesErrors(view: RuleView, dips: Evidence[]): boolean {
  const errors = view.matches("block-io-error").map((match) => match.first());
  return dips.some((dip) =>
    errors.some((error) => {
      if (error.artifact === dip.artifact && (!dip.at || !error.at)) return dip.line < error.line;
      if (!dip.at || !error.at) return false;
      const after = error.at.best - dip.at.best;
      return after >= 0 && after <= NEAR;
    }),
  );
}

/** Whether the disk had failed before the voltage was low for the first time that a log tells of. */
export function followsErrors(view: RuleView, { dips }: UnderVoltage): boolean {
  const errors = view.matches("block-io-error").map((match) => match.first());
  const before = (error: Evidence, dip: Evidence): boolean => {
    if (error.at && dip.at) return error.at.hi < dip.at.lo;
    return error.artifact === dip.artifact && error.line < dip.line;
  };
  return dips.length > 0 && dips.every((dip) => errors.some((error) => before(error, dip)));
}

/**
 * A supply that is too weak was so before the first line that a log still holds, and the firmware's record has no time. A
 * single dip is only as old as its line.
 */
function isOpen(view: RuleView, { dips }: UnderVoltage): boolean {
  const [first] = dips;
  return !first || startsWithLog(first, view.firstEventOf(first.artifact));
}

/** Whether the voltage was said to be normal after its last dip. */
function becameNormal(view: RuleView, dip: Evidence): boolean {
  return view.matches("under-voltage-line").some(({ captures, last }) => {
    if (captures["normal"] === undefined) return false;
    const line = last();
    return line.artifact === dip.artifact ? line.line > dip.line : !!line.at && !!dip.at && line.at.lo > dip.at.hi;
  });
}

/** The finding; `strong` and weak evidence differ in severity and in what follows from them. */
export function underVoltageDraft(view: RuleView, found: UnderVoltage): FindingDraft {
  const { dips, count, readings, now } = found;
  const said = readings.map((reading) => describeThrottled(reading));
  const times = count === 1 ? "once" : `${count} times`;
  const lines = count > 0 ? [`“Under-voltage detected”, ${times} in the kernel's log`] : [];
  const last = dips.at(-1);
  const logEnds = last ? view.lastEventOf(last.artifact) : null;
  const near = last?.at && logEnds?.at ? logEnds.at.best - last.at.best <= NEAR : false;
  const isNormal = !now && (readings.length > 0 || (last !== undefined && becameNormal(view, last)));
  const evidence = [...dips.slice(0, 4), ...readings.map((reading) => reading.evidence), ...dips.slice(4, 7)];
  return {
    subject: "",
    title: "Under-voltage: the power supply or its cable is too weak",
    summary: `The board's 5 V supply is too weak: ${[...lines, ...said].join("; ")}.${isNormal ? " When it was last measured, the voltage was normal." : ""}`,
    confidence: count >= OFTEN || readings.length > 0 ? "certain" : "likely",
    window: windowOf(dips.map(({ at }) => at)),
    active: now || (near && !isNormal) ? true : null,
    openStart: found.strong || isOpen(view, found),
    count: count + readings.length,
    evidence,
    entities: [],
    remedy: supplyRemedy(view),
  };
}
