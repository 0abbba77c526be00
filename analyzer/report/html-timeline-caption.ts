/** What is said below the overview of time: its zone, what the axis leaves out, and what is not drawn. */
import type { IncidentReport, ReportHistogram } from "../model/report.ts";
import type { Stretch } from "./html-axis.ts";
import { binsOf } from "./html-histogram.ts";
import { beforeItsEnd, chainWords, drawable } from "./html-lanes.ts";
import { cutEnd, plural } from "./text.ts";
import { formatDuration } from "./times.ts";

function countBetween(histogram: ReportHistogram | null, { from, to }: Stretch): number {
  const inside = histogram ? binsOf(histogram).filter((bin) => bin.from >= from && bin.to <= to) : [];
  return inside.reduce((sum, { total }) => sum + total, 0);
}

/**
 * The sentences below the overview.
 * @param breaks parts of the time that the axis leaves out
 */
export function captionOf(report: IncidentReport, breaks: Stretch[]): string[] {
  const inTime = beforeItsEnd(report);
  const undated = report.timeline.filter(({ at }) => at === null).length;
  const unset = report.timeline.length - undated - report.timeline.filter(({ at }) => drawable(at)).length;
  const late = report.timeline.filter(({ at }) => drawable(at) && !inTime(at)).length;
  const skipped = breaks.map((gap) => {
    const events = countBetween(report.histogram, gap);
    return `${formatDuration((gap.to - gap.from) * 1000)}${events ? ` with ${plural(events, "other event")}` : ""}`;
  });
  const zone = report.clock.zone
    ? `; zone of the node: ${cutEnd(report.clock.zone, 60)}`
    : "; zone of the node not known";
  const unplaced = report.histogram?.unplaced ?? 0;
  return [
    `All times are UTC${zone}.`,
    ...(skipped.length ? [`The axis is broken: left out are ${skipped.join(", ")}. Each part has its own scale.`] : []),
    ...(report.histogram ? ["The height of a bar is the logarithm of the number of events."] : []),
    ...[chainWords(report)].filter(Boolean),
    ...(undated ? [`Not drawn: ${plural(undated, "key event")} without a time.`] : []),
    ...(unset ? [`Not drawn: ${plural(unset, "key event")} from a clock that was not set.`] : []),
    ...(late ? [`Not drawn: ${plural(late, "key event")} dated after the collection.`] : []),
    ...(unplaced ? [`${plural(unplaced, "event")} could not be placed in time.`] : []),
  ];
}
