/** @returns milliseconds of the processor this process has used: what else the machine does is not counted */
export function processorMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
