import type { Position } from "geojson";

/**
 * A line with fewer points, none of which was further than `tolerance` (degrees) from what remains (Douglas-Peucker).
 * Both ends stay, so lines that meet still do. Coordinates are rounded to about ten metres.
 */
export function simplified(line: readonly Position[], tolerance: number): Position[] {
  const kept = new Set([0, line.length - 1]);
  const open: [number, number][] = [[0, line.length - 1]];
  for (let part = open.pop(); part; part = open.pop()) {
    const [from, to] = part;
    let furthest = -1;
    let distance = tolerance;
    for (let index = from + 1; index < to; index++) {
      const away = distanceTo(line[index], line[from], line[to]);
      if (away <= distance) continue;
      distance = away;
      furthest = index;
    }
    if (furthest < 0) continue;
    kept.add(furthest);
    open.push([from, furthest], [furthest, to]);
  }
  return line.filter((_, index) => kept.has(index)).map((position) => position.map((degrees) => rounded(degrees)));
}

function rounded(degrees: number): number {
  return Math.round(degrees * 10_000) / 10_000;
}

function distanceTo([x = 0, y = 0]: Position = [], [ax = 0, ay = 0]: Position = [], [bx = 0, by = 0]: Position = []) {
  const [dx, dy] = [bx - ax, by - ay];
  const length = dx * dx + dy * dy;
  const along = length === 0 ? 0 : Math.min(1, Math.max(0, ((x - ax) * dx + (y - ay) * dy) / length));
  return Math.hypot(x - ax - along * dx, y - ay - along * dy);
}
