import { describe, expect, test } from "vitest";
import { createRedactor } from "../../analyzer/report/redactor.ts";
import { secretKinds } from "../../analyzer/report/secret-kinds.ts";

const redactor = () => createRedactor({ mode: "default", words: [], names: [] });

describe.each(secretKinds.map((secret) => [`${secret.kind} ${secret.pattern.source.slice(0, 40)}`, secret] as const))(
  "%s",
  (_, secret) => {
    test.each(secret.masks)("masks %s", (line, value) => {
      const masked = redactor().mask(line);
      expect(masked).not.toContain(value);
      expect(masked).toContain(`‹${secret.kind}:1›`);
      expect(masked.replace(`‹${secret.kind}:1›`, value)).toBe(line);
    });
    test.each(secret.keeps)("keeps %s", (line) => {
      expect(redactor().mask(line)).toBe(line);
    });
    test("has lines of both sorts", () => {
      expect(secret.masks.length).toBeGreaterThan(0);
      expect(secret.keeps.length).toBeGreaterThan(0);
    });
  },
);
