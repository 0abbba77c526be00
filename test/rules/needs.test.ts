/** What counts as missing from a bundle. */
import { expect, test } from "vitest";
import { presentNeeds } from "../../analyzer/rules/needs.ts";
import { createStore } from "../../analyzer/store/open.ts";

const NOTHING_OF_KUBERNETES = new Set(["kubelet-pods", "static-manifests", "certificate-dates"]);

test("a node on which the collector found nothing of Kubernetes lacks nothing of it", async () => {
  const database = await createStore("");
  expect([...presentNeeds(database, NOTHING_OF_KUBERNETES)].sort()).toEqual(["certificate-dates", "kubelet-log"]);
  expect(presentNeeds(database, new Set(["kubelet-pods", "certificate-dates"])).size).toBe(0);
  database.close();
});
