import type { Command } from "commander";
import { createIntegrity, type IntegrityResult } from "../bundle/integrity.ts";
import { createManifestReader, custodyOf, isManifestPath, type BundleManifest } from "../bundle/manifest.ts";
import { openBundle } from "../bundle/open.ts";
import type { BundleDamage } from "../model/artifact.ts";
import { custodySentence } from "../report/custody.ts";
import { EXIT, plainLine } from "./errors.ts";

/** Adds `verify`. */
export function addVerifyCommand(program: Command, finish: (exit: number) => void): void {
  program
    .command("verify")
    .description("is a bundle complete? where was it cut, what failed on the node, what was changed since?")
    .argument("<bundle>")
    .action(async (path: string) => finish(await verify(path)));
}

interface Verified {
  name: string;
  form: string;
  sha256: string | null;
  artifacts: number;
  damage: BundleDamage[];
  manifest: BundleManifest | null;
  integrity: IntegrityResult | null;
}

async function verify(path: string): Promise<number> {
  const verified = await read(path);
  const sound = isSound(verified);
  for (const line of tell(verified, sound)) process.stdout.write(`${plainLine(line)}\n`);
  return sound ? EXIT.ok : EXIT.findings;
}

/** Reads a bundle to its end and keeps nothing of its content. */
async function read(path: string): Promise<Verified> {
  const bundle = await openBundle([path]);
  const manifest = createManifestReader();
  const integrity = createIntegrity();
  let artifacts = 0;
  for await (const artifact of bundle.artifacts()) {
    const watched = integrity.watch(artifact, true);
    if (isManifestPath(artifact.path)) await manifest.add(artifact.path, watched.chunks);
    else {
      artifacts += 1;
      for await (const _chunk of watched.chunks);
    }
  }
  const found = manifest.result();
  const { name, form } = bundle;
  const result = found === null ? null : integrity.check(found);
  const damage = bundle.damage();
  const sha256 = bundle.sha256();
  await bundle.close();
  return { name, form, sha256, artifacts, damage, manifest: found, integrity: result };
}

/** Whole as it was made: a bundle made by hand has nothing that could say otherwise. */
function isSound({ damage, manifest, integrity }: Verified): boolean {
  if (damage.length > 0) return false;
  if (manifest === null) return true;
  return manifest.complete && manifest.warnings.length === 0 && integrity?.problems.length === 0;
}

function tell(verified: Verified, sound: boolean): string[] {
  const { name, form, sha256, artifacts, damage, manifest, integrity } = verified;
  const custody = manifest?.whole ? custodyOf(manifest) : null;
  return [
    `${name} (${form}): ${artifacts} artifacts, sha256 ${sha256 ?? "not known"}`,
    ...(custody === null ? [] : [`collected ${custodySentence(custody)}`]),
    verdict(verified, sound),
    ...damage.map(({ kind, message }) => `${kind === "cut" ? "cut" : "damage"}: ${message}`),
    ...(manifest === null ? [] : tellSteps(manifest)),
    ...(integrity === null ? [] : tellItems(integrity)),
    ...(manifest?.warnings ?? []).map(({ path, line, message }) => `manifest: ${path}:${line}: ${message}`),
  ];
}

function verdict({ manifest, damage }: Verified, sound: boolean): string {
  if (manifest === null) {
    return damage.length > 0
      ? "NOT complete: the bundle ends before anything that tells what it should hold"
      : "no manifest: made by hand; whether it is complete cannot be told";
  }
  if (sound) return `complete: all ${manifest.steps.length} steps of the plan have a record, nothing was changed`;
  if (!manifest.whole) return "NOT complete: the bundle ends before its manifest";
  return manifest.complete ? "NOT sound: the collector finished, and the bundle was changed since" : "NOT complete";
}

function tellSteps({ steps }: BundleManifest): string[] {
  const unreached = steps.filter(({ status }) => status === "not-reached").map(({ id }) => id);
  const failed = steps.filter(({ status }) => !["ok", "empty", "absent", "not-reached"].includes(status));
  return [
    ...failed.map((step) => `${step.status}: step ${step.id} (${step.kind}) ${step.detail ?? step.command ?? ""}`),
    ...(unreached.length > 0
      ? [`not-reached: ${unreached.length} of ${steps.length} steps: ${unreached.join(", ")}`]
      : []),
  ];
}

function tellItems({ checked, unchecked, problems }: IntegrityResult): string[] {
  const differ = problems.filter(({ kind }) => kind === "checksum").length;
  const without = unchecked > 0 ? `, ${unchecked} have none (files that were in use, and what went to stderr)` : "";
  return [
    `checksums: ${checked - differ} of ${checked} items agree${without}`,
    ...problems.map(({ kind, message }) => `${kind}: ${message}`),
  ];
}
