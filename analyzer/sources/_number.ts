/** A whole number as a program printed it; null for no digits, and for more than a number holds exactly. */
export function wholeNumber(text: string | undefined): number | null {
  if (text === undefined || !/^-?\d{1,16}$/.test(text)) return null;
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : null;
}
