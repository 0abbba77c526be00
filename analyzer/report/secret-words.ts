/** What a value that stands after a word like `password` must look like to be taken for a secret. */

/** Values of settings and words of sentences that follow `token:` or `password=` without being one. */
const PLAIN =
  /^(?:true|false|null|nil|none|yes|no|on|off|ok|empty|unset|undefined|unknown|missing|invalid|expired|expires|incorrect|wrong|denied|failed|failure|error|required|optional|default|disabled|enabled|not|is|the|a|an|for|from|of|in|was|has|cannot|could|unable|forbidden|unauthorized|permission|authentication|rejected|mismatch|found|redacted|hidden|masked|removed|changeme-not-set|string|bytes|file|map|object|interface|tls|x509|rpc|http|https|basic|bearer|plain|rsa|ecdsa|opaque|kubernetes|rotate|rotated|rotation|renewed|signing|generated|created|deleted|updated|mount|mounted|volume)$/i;

/** Something that stands for a value: a variable, a placeholder, asterisks, our own token; or a redirection of a shell. */
const PLACEHOLDER = /^(?:[$%<{[‹(*]|\*+$|x{3,}$|\.{3}|…|&(?:lt|quot|#)|\d?>{1,2}(?:&\d|\/))/i;

/** A path, an address of an object, a number, a duration or a date. */
const REFERENCE =
  /^(?:\/|\.{1,2}\/|[a-z]+:\/\/|\d{1,4}$|\d+(?:\.\d+)?(?:ns|us|µs|ms|s|m|h|d|[KMG]i?B?)$|\d{4}-\d\d-\d\d)/;

/** True when a value is long and mixed as no word or name is: digits and letters, or both cases, without separators. */
export function looksRandom(value: string): boolean {
  if (value.length < 8 || /\s/.test(value)) return false;
  const digits = /\d/.test(value);
  const letters = /[A-Za-z]/.test(value);
  const cases = /[a-z]/.test(value) && /[A-Z]/.test(value);
  if (/^[a-z0-9]+(?:[-.][a-z0-9]+)+$/.test(value)) return false;
  return (digits && letters) || (cases && value.length >= 16 && !/^[A-Z]?[a-z]+(?:[A-Z][a-z]+)*$/.test(value));
}

/** True for what can be the value of a password: anything but a plain word of the log, a placeholder or a reference. */
export function isSecretValue(value: string): boolean {
  return value.length >= 3 && !PLAIN.test(value) && !PLACEHOLDER.test(value) && !REFERENCE.test(value);
}

/** A value in the middle of a sentence: there it must look like a secret by itself. */
export function isSecretInProse(value: string): boolean {
  return (
    isSecretValue(value) && (looksRandom(value) || (value.length >= 6 && /\d/.test(value) && /[^\w.:/-]/.test(value)))
  );
}

/** Lines of base64 as they stand inside of a PEM block: full width, and mixed as no hexadecimal checksum is. */
export function isPemBody(line: string): boolean {
  const text = line.trim();
  if (!/^[A-Za-z0-9+/]{40,76}={0,2}$/.test(text) || /^[0-9a-fA-F]+$/.test(text)) return false;
  return /[a-z]/.test(text) && /[A-Z]/.test(text) && /\d/.test(text);
}

const BASE64 = Uint8Array.from({ length: 128 }, (_, code) => Number(/[A-Za-z0-9+/]/.test(String.fromCharCode(code))));

/** Whether so many letters of base64 stand one after the other. Looks at one character of as many, as long as it is none. */
export function holdsBase64(text: string, length: number): boolean {
  for (let last = length - 1; last < text.length;) {
    let at = last;
    while (at > last - length && BASE64[text.charCodeAt(at)] === 1) at--;
    if (at === last - length) return true;
    last = at + length;
  }
  return false;
}
