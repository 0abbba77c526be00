/** Addresses that lead to a person or to a machine from outside, and the ones that do not. */

/** Resolvers that everybody uses: to hide them helps nobody and costs the reader of a DNS failure the clue. */
const WELL_KNOWN = new Set(["1.1.1.1", "1.0.0.1", "8.8.8.8", "8.8.4.4", "9.9.9.9"]);

/** True for an IPv4 address that is not of a private, local, shared, multicast or reserved range (RFC 6890). */
export function isPublicIpv4(text: string): boolean {
  const parts = text.split(".").map(Number);
  if (parts.length !== 4 || parts.some((part) => part > 255)) return false;
  const [a, b] = parts as [number, number];
  if (a === 0 || a === 10 || a === 127 || a >= 224) return false;
  if (a === 172 && b >= 16 && b < 32) return false;
  if (a === 100 && b >= 64 && b < 128) return false;
  if ((a === 192 && b === 168) || (a === 169 && b === 254)) return false;
  return !WELL_KNOWN.has(text);
}

/** True for an IPv4 address of a private network (RFC 1918), of which nobody outside learns anything. */
export function isPrivateIpv4(text: string): boolean {
  const parts = text.split(".").map(Number);
  if (parts.length !== 4 || parts.some((part) => part > 255)) return false;
  const [a, b] = parts as [number, number];
  return a === 10 || (a === 172 && b >= 16 && b < 32) || (a === 192 && b === 168);
}

/** True for a global unicast IPv6 address (RFC 4291: 2000::/3): shortened with `::`, or with all its eight groups. */
export function isPublicIpv6(text: string): boolean {
  const groups = text.split(":");
  return text.includes("::") ? groups.length <= 8 : groups.length === 8;
}

/** Names of units contain an @, and names of home networks end in words that no mail is sent to. */
const NO_MAIL =
  /\.(?:service|socket|timer|mount|automount|target|slice|scope|device|path|swap|local|lan|home|internal|arpa|cluster|conf|sh|yaml|json|log)$/i;

/** True for an address of a person or a list; not for units (`getty@tty1.service`) and `git@` of a repository. */
export function isMail(text: string): boolean {
  return !NO_MAIL.test(text) && !text.startsWith("git@");
}

/** True for the address of one network card; not for the empty and the broadcast one. */
export function isMac(text: string): boolean {
  return !/^(?:00[:-]){5}00$|^(?:ff[:-]){5}ff$/i.test(text);
}
