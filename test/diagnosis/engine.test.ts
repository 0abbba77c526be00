import { describe, expect, test } from "vitest";
import { at, diagnoseOf, during, finding, line } from "./made-up.ts";

const damage = (more: Parameters<typeof finding>[1] = {}) =>
  finding("damage", { window: during(0, 50), evidence: [line("kernel", "EXT4-fs error", 0)], ...more });
const dip = (minutes: number, more: Parameters<typeof finding>[1] = {}) =>
  finding("dip", {
    layer: "power",
    cause: "under-voltage",
    severity: "major",
    window: at(minutes),
    active: false,
    evidence: [line("kernel", "Under-voltage detected", minutes)],
    ...more,
  });

describe("what set a damage off, apart from the damage", () => {
  test("an event that is over, two minutes before: likely; the damage stays the root, and certain", () => {
    const [root] = diagnoseOf([damage(), dip(-2)]).rootCauses;
    expect([root?.cause, root?.confidence]).toEqual(["filesystem-corruption", "certain"]);
    expect(root?.triggers).toMatchObject([{ likelihood: "likely", why: expect.stringMatching(/^2 minutes before/) }]);
  });

  test("hours before: only possible; days before: never, and listed with why not", () => {
    const hours = diagnoseOf([damage(), dip(-300)]).rootCauses[0];
    expect(hours?.triggers[0]?.likelihood).toBe("possible");
    const days = diagnoseOf([damage(), dip(-3 * 24 * 60)]).rootCauses[0];
    expect(days?.trigger).toMatch(/not known/);
    expect(days?.alternatives).toMatchObject([
      { cause: "under-voltage", whyNot: expect.stringMatching(/3 days.*too long/) },
    ]);
  });

  test("after the first sign: never", () => {
    const root = diagnoseOf([damage(), dip(20)]).rootCauses[0];
    expect(root?.alternatives[0]?.whyNot).toMatch(/began .* after the first sign/);
  });

  test("an interval that begins before and ends after it is only possible", () => {
    const blurred = dip(0, { evidence: [{ ...line("kernel", "dip"), at: at(-10, 20, "relative-age") }] });
    expect(diagnoseOf([damage(), blurred]).rootCauses[0]?.triggers[0]?.likelihood).toBe("possible");
  });

  test("counter-evidence takes a step from a candidate, another disk excludes it", () => {
    const doubted = dip(-2, { active: true, counterEvidence: [line("text", "throttled=0x0")] });
    expect(
      diagnoseOf([damage(), doubted]).rootCauses.find(({ cause }) => cause !== "under-voltage")?.triggers[0]
        ?.likelihood,
    ).toBe("possible");
    const io = (device: string) =>
      finding("io", {
        layer: "block-device",
        cause: "storage-io-error",
        window: at(-2),
        active: false,
        evidence: [line("kernel", "I/O error", -2)],
        entities: [{ kind: "device", key: device }],
      });
    const on = damage({ entities: [{ kind: "device", key: "mmcblk0p2" }] });
    const root = (device: string) =>
      diagnoseOf([on, io(device)]).rootCauses.find(({ cause }) => cause === "filesystem-corruption");
    expect(root("mmcblk0")?.triggers[0]?.likelihood).toBe("likely");
    expect(root("sda")?.triggers[0]).toMatchObject({ likelihood: "unknown", why: "it is about another disk" });
  });

  test("without any, one reading command decides, with this node's device", () => {
    const missing = [{ id: "ext4-superblock", title: "the ext4 superblock", command: null }];
    const [root] = diagnoseOf([damage()], { missing }).rootCauses;
    expect(root?.deciding?.command).toContain("dumpe2fs -h /dev/mmcblk0p2");
    const [hostile] = diagnoseOf([damage()], { missing, device: "/dev/x; reboot" }).rootCauses;
    expect(hostile?.deciding?.command).not.toContain("reboot");
  });
});

describe("chains and roots", () => {
  const down = finding("down", {
    layer: "apiserver",
    role: "effect",
    cause: "unknown",
    explains: ["refused"],
    window: at(5),
    entities: [{ kind: "pod", key: "p" }],
  });
  const refused = finding("refused", {
    layer: "client",
    role: "symptom",
    cause: "unknown",
    severity: "major",
    window: at(6),
  });

  test("what is over is no link to what goes on, and another trouble is no link by its layer alone", () => {
    const old = finding("old", {
      layer: "kubelet",
      cause: "configuration-error",
      severity: "major",
      active: false,
      window: at(-50),
      explains: ["layer:apiserver"],
    });
    const root = diagnoseOf([damage({ explains: ["layer:kubelet", "layer:apiserver"] }), old, down, refused])
      .rootCauses[0];
    expect(root?.chain.map(({ id }) => id)).toEqual(["damage", "down", "refused"]);
  });

  test("a cause that the rule names is a link, though nothing is known that both are about", () => {
    const weak = dip(-1, { active: null, explains: ["cause:storage-io-error"] });
    const io = finding("io", {
      layer: "block-device",
      cause: "storage-io-error",
      explains: ["cause:filesystem-corruption"],
    });
    expect(diagnoseOf([weak, io, damage()]).rootCauses[0]?.chain.map(({ id }) => id)).toEqual(["dip", "io", "damage"]);
  });

  test("two troubles at once are two roots, what goes on first", () => {
    const full = finding("full", {
      cause: "storage-full",
      severity: "major",
      active: false,
      entities: [{ kind: "path", key: "/a" }],
    });
    expect(diagnoseOf([full, damage()]).rootCauses.map(({ finding: { id } }) => id)).toEqual(["damage", "full"]);
  });

  test("entities that do not hang together make no edge", () => {
    const layer = (key: string) => [{ kind: "layer" as const, key }];
    const cause = damage({ explains: ["down"], entities: layer("a") });
    expect(diagnoseOf([cause, { ...down, entities: layer("b") }]).rootCauses[0]?.chain).toHaveLength(1);
    expect(diagnoseOf([cause, { ...down, entities: layer("a") }]).rootCauses[0]?.chain).toHaveLength(2);
  });

  test("a symptom alone is no cause", () => {
    expect(diagnoseOf([refused])).toMatchObject({ conclusion: "trouble-cause-unknown", rootCauses: [] });
  });

  test("a healthy node with small old troubles is healthy, and they are told", () => {
    const { conclusion, rootCauses, reasons } = diagnoseOf([dip(-500, { severity: "minor" })]);
    expect([conclusion, rootCauses]).toEqual(["healthy", []]);
    expect(reasons.join(" ")).toContain("Over by the end of the evidence, without consequences: dip is so.");
  });

  test("a trouble that was over days before the logs end is history, and told; damage on a disk is not", () => {
    const full = finding("full", { cause: "storage-full", layer: "kernel", active: false, explains: ["down"] });
    const told = diagnoseOf([full, { ...down, active: false }], { endOfLogs: at(9 * 24 * 60).best });
    expect([told.conclusion, told.rootCauses]).toEqual(["healthy", []]);
    expect(told.reasons.join(" ")).toContain("Over for 9 days when the logs end: full is so.");
    const soon = diagnoseOf([full], { endOfLogs: at(24 * 60).best });
    expect(soon.rootCauses.map(({ finding: { id } }) => id)).toEqual(["full"]);
    const left = diagnoseOf([damage({ active: false })], { endOfLogs: at(9 * 24 * 60).best });
    expect(left.rootCauses.map(({ finding: { id } }) => id)).toEqual(["damage"]);
  });

  test("the order of the findings does not matter", () => {
    const all = [damage({ explains: ["layer:apiserver"] }), dip(-2), down, refused];
    const told = (list: typeof all) => diagnoseOf(list).rootCauses.map(({ chain }) => chain.map(({ id }) => id));
    expect(told(all.toReversed())).toEqual(told(all));
  });
});
