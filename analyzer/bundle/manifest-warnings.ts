/** What is wrong with a manifest, and in which of its members. */
export interface ManifestWarning {
  path: string;
  line: number;
  message: string;
}

/** So many are told, and the others counted: a hostile manifest may have a million faults. */
const MOST = 1_000;

/** Collects warnings. */
export function createWarnings(): { add(path: string, message: string): void; list(): ManifestWarning[] } {
  const kept: ManifestWarning[] = [];
  let untold = 0;
  return {
    add(path, message) {
      if (kept.length < MOST) kept.push({ path, line: 1, message });
      else untold += 1;
    },
    list() {
      if (untold === 0) return [...kept];
      const message = `${untold} more things are wrong with the manifest`;
      return [...kept, { path: "manifest.json", line: 0, message }];
    },
  };
}
