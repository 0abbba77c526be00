import type { Evidence, FindingDraft } from "../model/rule.ts";
import { stillActive, windowOf } from "./_time.ts";
import type { MatchedText, RuleView } from "./types.ts";

/** What a registry, or the way to it, answered: words of docker's and containerd's errors, and what they mean. */
const REASONS: [RegExp, string][] = [
  [/toomanyrequests|429 Too Many|pull rate limit/i, "the registry limits how often it is asked"],
  [/no matching manifest|no match for platform/i, "there is none for this processor"],
  [
    /unauthorized|authentication required|no basic auth|access denied|denied:|401|403 Forbidden/i,
    "the registry wants other credentials",
  ],
  [
    /manifest unknown|manifest for \S+ not found|: not found|NotFound|name unknown|does not exist|404/i,
    "the registry does not have it",
  ],
  [/server gave HTTP response to HTTPS client/i, "the registry speaks HTTP and is asked in HTTPS"],
  [/x509:/i, "the registry's certificate is not accepted"],
  [/connection refused/i, "the registry refuses connections"],
  [
    /i\/o timeout|TLS handshake timeout|no route to host|network is unreachable|connection reset|deadline exceeded|request canceled|: EOF/i,
    "the registry cannot be reached",
  ],
];

/** The disk of this node is to blame, or its DNS: other rules speak of those. */
const OTHERS =
  /no space left|needs cleaning|bad message|input\/output error|read-only file|failed to register layer|failed to extract layer|unexpected EOF|lookup \S+(?: on \S+)?: |name resolution/i;

/** Without these no pod at all starts, or none of the control plane. */
const VITAL =
  /(?:^|\/)(?:(?:mirrored-)?pause(?:-\w+)?|etcd(?:-\w+)?|kube-(?:apiserver|controller-manager|scheduler|proxy)(?:-\w+)?|hyperkube(?:-\w+)?)[:@]/;

interface Pull {
  image: string;
  reason: string;
  match: MatchedText;
}

/** Pulls that failed for a reason that lies with the image, its registry or the way there. */
export function failedPulls(view: RuleView, vital: boolean): Pull[] {
  return view.matches("image-pull-failed").flatMap((match) => {
    const { image = "an image that is not named", what } = match.captures;
    if (what === undefined || OTHERS.test(what) || VITAL.test(image) !== vital) return [];
    const reason = REASONS.find(([pattern]) => pattern.test(what))?.[1];
    return reason === undefined ? [] : [{ image, reason, match }];
  });
}

function unique(lines: Evidence[]): Evidence[] {
  return [...new Map(lines.map((line) => [`${line.artifact}:${line.line}`, line])).values()];
}

/** One finding for each reason; null without any. */
export function pullDraft(view: RuleView, pulls: Pull[]): FindingDraft[] {
  const reasons = [...new Set(pulls.map(({ reason }) => reason))];
  return reasons.map((reason) => {
    const own = pulls.filter((pull) => pull.reason === reason);
    const firsts = own.map(({ match }) => match.first());
    const lasts = own.map(({ match }) => match.last());
    const images = [...new Set(own.map(({ image }) => image))];
    const count = own.reduce((sum, { match }) => sum + match.count, 0);
    const shown = `${images.slice(0, 3).join(", ")}${images.length > 3 ? ` and ${images.length - 3} more` : ""}`;
    const [first, last] = [firsts[0], lasts.at(-1)];
    const active = first && last ? stillActive(first, last, count, view) : null;
    return {
      subject: reason,
      title: `An image cannot be pulled, because ${reason}: ${shown}`,
      summary: `${shown} cannot be pulled, ${count === 1 ? "once" : `${count} times`}, because ${reason}: ${own[0]?.match.captures["what"] ?? ""}`,
      confidence: "likely",
      // Pulled in the end: nothing is wrong any more.
      ...(active === false ? { severity: "info" } : {}),
      window: windowOf([...firsts, ...lasts].map(({ at }) => at)),
      active,
      openStart: true,
      count,
      evidence: unique([...firsts.slice(0, 6), ...lasts.slice(-1)]),
      entities: [],
    };
  });
}
