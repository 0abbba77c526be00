import { existsSync, readdirSync, statSync } from "node:fs";

/** Every folder of samples/ that has a truth.json, with its bundle: the one directory or archive in it. */
export function sampleBundles(): { name: string; bundle: string }[] {
  return readdirSync("samples").flatMap((name) => {
    const folder = `samples/${name}`;
    if (!existsSync(`${folder}/truth.json`)) return [];
    const bundle = readdirSync(folder).find((entry) => {
      return entry.endsWith(".tar.gz") || statSync(`${folder}/${entry}`).isDirectory();
    });
    return [{ name, bundle: `${folder}/${bundle}` }];
  });
}
