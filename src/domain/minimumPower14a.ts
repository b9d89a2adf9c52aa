/** What one controllable device may always draw [BK6-22-300]. */
const deviceWatts = 4_200;
/** Not all of several devices draw at once: by their number, from two on; from nine on the last [BK6-22-300]. */
const simultaneity = [0.8, 0.75, 0.7, 0.65, 0.6, 0.55, 0.5, 0.45] as const;

/** What a grid operator must leave to so many devices behind one energy management [§ 14a EnWG, BK6-22-300]. */
export function minimumWatts14a(devices: number): number {
  if (devices <= 0) return 0;
  const factor = simultaneity[Math.min(devices, 9) - 2] ?? 1;
  return Math.round(deviceWatts + (devices - 1) * factor * deviceWatts);
}
