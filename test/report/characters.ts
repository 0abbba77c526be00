/** A pattern for the C0 and C1 control characters but line ends, and for characters that reorder or hide others. */
export const CONTROL = new RegExp(
  ["[\\u0000-\\u0009\\u000b-\\u001f\\u007f-\\u009f]", "[\\u2028-\\u202e\\u2060-\\u206f\\ufeff]"].join("|"),
);

/** Zero-width characters and marks of direction. Markdown uses one of its own to break mentions. */
export const HIDDEN = new RegExp(["[\\u00ad\\u200b-\\u200f]"].join(""));
