export function shippedPackages(): { name: string; version: string; licence: string }[];
export function isAllowed(licence: string): boolean;
