import { describe, expect, test } from "vitest";
import { compareBundles } from "../../analyzer/diagnosis/repair.ts";
import { inOrder, sameNode } from "../../analyzer/diagnosis/same-node.ts";
import type { BundleSnapshot } from "../../analyzer/model/comparison.ts";
import type { ReportCheck } from "../../analyzer/model/report.ts";
import { at, bundle, during, finding, line, passed } from "./made-up.ts";

const damage = finding("damage", { window: during(0, 50), count: 40 });
const unknown = (rule: string): ReportCheck => ({ rule, title: rule, verdict: "unknown", missing: "the kernel's log" });

function changeOf(bundles: BundleSnapshot[], rule = "damage") {
  const track = compareBundles(bundles).tracked.find((one) => one.rule === rule);
  return { change: track?.change, reason: track?.reason };
}

function answerOf(...bundles: BundleSnapshot[]): string {
  return compareBundles(bundles).verdict.answer;
}

describe("what became of a finding", () => {
  const before = bundle([damage], { collected: 60 });

  test("fixed: the rule looked again, in a log that goes on, and found nothing", () => {
    const after = bundle([], { collected: 120, checks: [passed("damage")] });
    expect(changeOf([before, after]).change).toBe("fixed");
    expect(answerOf(before, after)).toBe("repaired");
  });

  test("fixed: it is in the newer bundle, and over", () => {
    const proof = [line("kernel", "clean, no errors counted", 100)];
    const after = bundle([{ ...damage, active: false, counterEvidence: proof }], { collected: 120 });
    expect(changeOf([before, after])).toEqual({
      change: "fixed",
      reason: "It was over when the newer bundle was collected: clean, no errors counted.",
    });
  });

  test("still there", () => {
    const after = bundle([{ ...damage, window: during(0, 110) }], { collected: 120 });
    expect(changeOf([before, after]).change).toBe("still there");
    expect(answerOf(before, after)).toBe("not-repaired");
  });

  test("new, and broken otherwise", () => {
    const other = finding("layer", { window: at(100), cause: "image-layer-corruption", layer: "runtime-storage" });
    const after = bundle([other], { collected: 120, checks: [passed("damage")] });
    expect(changeOf([before, after], "layer")).toEqual({
      change: "new",
      reason: "It began after the earlier bundle was collected.",
    });
    expect(answerOf(before, after)).toBe("broken-otherwise");
  });

  test("new because nobody looked before is said to be that", () => {
    const other = finding("layer", { window: null });
    const early = bundle([], { checks: [{ ...unknown("layer"), missing: "a listing" }] });
    expect(changeOf([early, bundle([other], { collected: 120 })], "layer").reason).toMatch(
      /could not show it, since a listing was not collected/,
    );
  });
});

describe("lost visibility is never counted as fixed", () => {
  const before = bundle([damage], { collected: 60 });
  const lost = (more: Parameters<typeof bundle>[1]): BundleSnapshot =>
    bundle([], { collected: 120, checks: [passed("damage")], ...more });

  test.each([
    ["the rule's verdict is unknown", lost({ checks: [unknown("damage")] })],
    ["the rule broke", lost({ checks: [{ ...unknown("damage"), verdict: "error" }] })],
    ["the rule is not there any more", lost({ checks: [] })],
    ["the witness is not in the newer bundle", lost({ visibility: { witness: () => null, artifact: () => false } })],
    ["the log ends before the earlier bundle", lost({ visibility: { witness: () => ({ until: at(55).best }) } })],
    ["the log carries no times", lost({ visibility: { witness: () => ({ until: null }) } })],
    ["the log goes on for less than its rhythm", lost({ visibility: { witness: () => ({ until: at(62).best }) } })],
    [
      "the newer bundle only repeats the old lines",
      bundle([{ ...damage, active: null, window: during(0, 50) }], { collected: 120 }),
    ],
  ])("%s", (_, after) => {
    expect(changeOf([before, after]).change).toBe("no longer observable");
    expect(answerOf(before, after)).toBe("cannot-tell");
  });

  test("a listing of another place does not show this one", () => {
    const listed = finding("layer", {
      entities: [{ kind: "path", key: "/var/lib/docker/overlay2/aa/link" }],
      evidence: [line("a directory listing", "link", null, "ls-aa.txt")],
    });
    const early = bundle([listed], { collected: 60 });
    const state = { witness: () => "state" as const };
    const elsewhere = lost({
      checks: [passed("layer")],
      visibility: { ...state, artifact: () => false, listed: () => false },
    });
    const again = lost({ checks: [passed("layer")], visibility: { ...state, artifact: () => false } });
    expect(changeOf([early, elsewhere], "layer").change).toBe("no longer observable");
    expect(changeOf([early, again], "layer").change).toBe("fixed");
  });
});

describe("which finding is the same", () => {
  test("the same rule about the same thing, whatever it is called by then", () => {
    const entities = [{ kind: "container" as const, key: "ab".repeat(32) }];
    const then = finding("damage", { subject: "a", title: "3 files cannot be read", entities });
    const now = finding("damage", { subject: "b", title: "1 file could not be read", entities, window: at(110) });
    const { tracked } = compareBundles([bundle([then]), bundle([now], { collected: 120 })]);
    expect(tracked.map(({ change }) => change)).toEqual(["still there"]);
  });

  test("the same rule about other things is another finding; a device in common is not enough", () => {
    const device = { kind: "device" as const, key: "mmcblk0p2" };
    const then = finding("damage", { subject: "a", entities: [device, { kind: "layer", key: "aa" }] });
    const now = finding("damage", { subject: "b", entities: [device, { kind: "layer", key: "bb" }], window: at(110) });
    const { tracked } = compareBundles([bundle([then]), bundle([now], { collected: 120 })]);
    expect(tracked.map(({ last, change }) => [last.subject, change])).toEqual([
      ["b", "new"],
      ["a", "fixed"],
    ]);
  });
});

describe("three bundles", () => {
  const early = bundle([damage], { collected: 60 });
  const clean = (collected: number): BundleSnapshot => bundle([], { collected, checks: [passed("damage")] });
  const blind = (collected: number): BundleSnapshot => bundle([], { collected, checks: [unknown("damage")] });

  test("what was seen fixed stays fixed, though nobody looks any more", () => {
    expect(changeOf([early, clean(120), blind(180)]).change).toBe("fixed");
  });

  test("what was out of sight is fixed only when somebody looks again", () => {
    expect(changeOf([early, blind(120), clean(180)]).change).toBe("fixed");
    expect(changeOf([early, blind(120), blind(180)]).change).toBe("no longer observable");
  });

  test("what was gone and comes back is new again", () => {
    const back = bundle([{ ...damage, window: during(170, 178) }], { collected: 180 });
    expect(changeOf([early, clean(120), back])).toEqual({
      change: "new",
      reason: "It was gone in the bundle before, and is back.",
    });
  });
});

test("healthy then, broken now; healthy then and now", () => {
  const then = bundle([], { collected: 60 });
  expect(answerOf(then, bundle([finding("damage", { window: at(100) })], { collected: 120 }))).toBe("newly-broken");
  expect(answerOf(then, bundle([], { collected: 120 }))).toBe("never-broken");
});

describe("one node", () => {
  const id = (containers: string[], boots: string[] = [], hosts: string[] = []) => ({ containers, boots, hosts });

  test("containers or boots in common decide, against another name", () => {
    expect(sameNode(id(["c1"], [], ["k1"]), id(["c1"], [], ["k2"]))).toEqual({
      same: true,
      why: "they share 1 container, though it was renamed from k1 to k2",
    });
    expect(sameNode(id([], ["b1"]), id([], ["b1", "b2"])).same).toBe(true);
  });

  test("then the name; without one it is assumed, with a word", () => {
    expect(sameNode(id(["c1"], [], ["k1"]), id(["c2"], [], ["k1"])).why).toMatch(/same host; no container/);
    expect(sameNode(id(["c1"], [], ["k1"]), id(["c2"], [], ["k2"])).same).toBe(false);
    expect(sameNode(id(["c1"]), id(["c2"])).why).toMatch(/assumed/);
  });

  test("the order of boots is believed before the clock, the clock before the command line", () => {
    const old = bundle([], { collected: 100, boots: ["b1"] });
    const young = bundle([], { collected: 60, boots: ["b1", "b2"] });
    expect(inOrder([young, old])).toEqual({ ordered: [old, young], why: "their boots" });
    const [early, late] = [bundle([], { collected: 1 }), bundle([], { collected: 2 })];
    expect(inOrder([late, early])).toEqual({ ordered: [early, late], why: "their times of collection" });
    const [a, b] = [bundle([], { collected: null }), bundle([], { collected: null })];
    expect(inOrder([a, b]).ordered).toEqual([a, b]);
    expect(inOrder([a, b]).why).toMatch(/order in which they were given/);
  });
});
