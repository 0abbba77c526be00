// Lets Node run the TypeScript of this repository as it is; from Node 22.18 on it can do so itself.
import { register } from "node:module";

if (!process.features.typescript) register("./typescript-hooks.mjs", import.meta.url);
