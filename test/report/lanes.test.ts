/** Lanes of the timeline: gaps lie in the lane of what they are about, and short names stay apart. */
import { expect, it } from "vitest";
import type { IncidentReport, ReportTimelineEntry } from "../../analyzer/model/report.ts";
import { laneContents } from "../../analyzer/report/html-lanes.ts";
import { timelineView } from "../../analyzer/report/html-timeline.ts";
import { seedReport } from "./fixture.ts";
import { at } from "./fixture-evidence.ts";

const DAY = at("2026-03-02T11:00:00Z");

function entry(lane: string, artifact: string): ReportTimelineEntry {
  return { at: DAY, lane, severity: "info", text: "created", artifact, line: 3, count: 1 };
}

function reportWith(timeline: ReportTimelineEntry[], gaps: IncidentReport["gaps"] = []): IncidentReport {
  const entities = ["web", "etcd"].map((title) => ({
    id: `container:${title}`,
    kind: "container" as const,
    key: title,
    title,
  }));
  return { ...seedReport(), entities, timeline, gaps };
}

it("a gap that is about a container lies in its lane, not in that of the first one in the same file", () => {
  const timeline = [entry("container web", "docker/inspect.json"), entry("container etcd", "docker/inspect.json")];
  const gap = {
    artifact: "docker/inspect.json",
    from: null,
    to: DAY,
    kind: "not-collected" as const,
    detail: "No log.",
  };
  const lanes = laneContents(reportWith(timeline, [{ ...gap, entity: "container:etcd" }, gap]), 10);
  expect(lanes.map(({ name, gaps }) => [name, gaps.length])).toEqual([
    ["container web", 1],
    ["container etcd", 1],
  ]);
});

it("names that differ at their ends differ when they are cut", () => {
  const names = [
    "pod kube-system/kube-controller-manager-cp1",
    "pod kube-system/kube-scheduler-cp1",
    "log journal/var/log/journal/0123/system.journal",
    "log journal/var/log/journal/0123/user-1000.journal",
  ];
  const view = timelineView(reportWith(names.map((name) => entry(name, name))));
  for (const { lanes } of view?.drawings ?? []) {
    const shown = lanes.map(({ laneName }) => laneName);
    expect(new Set(shown).size).toBe(names.length);
    expect(shown.every((name, index) => name.startsWith(names[index]?.slice(0, 4) ?? "?"))).toBe(true);
    expect(shown.every((name, index) => name.slice(-6) === names[index]?.slice(-6))).toBe(true);
  }
  expect(view?.drawings.length).toBe(3);
});
