// Drawn areas: a circle or a polygon in degrees, as `within` writes them.

export type LonLat = [lon: number, lat: number];
export type Shape =
  | { kind: "circle"; centre: LonLat; radius: number } // metres
  | { kind: "polygon"; corners: LonLat[] };

export const MOST_CORNERS = 200;
export const MOST_RADIUS_M = 50_000;
const CIRCLE_CORNERS = 72;
const DIGITS = 6; // of a degree: about 10 cm

/** The shape that `within` names; null where it names an area of a layer, metres, or nothing. */
export function shapeOf(within: string): Shape | null {
  const [, kind, text = ""] = /^lonlat-(circle|polygon):(.*)$/.exec(within) ?? [];
  const numbers = text.split(",").map(Number);
  if (!kind || !numbers.every(Number.isFinite)) return null;
  if (kind === "circle") {
    const [lon, lat, radius] = numbers;
    if (lon === undefined || lat === undefined || !radius || radius < 0) return null;
    return { kind, centre: [lon, lat], radius };
  }
  const corners = numbers.flatMap((lon, k): LonLat[] => (k % 2 === 0 ? [[lon, numbers[k + 1] ?? NaN]] : []));
  return corners.length >= 3 && corners.every(([, lat]) => Number.isFinite(lat)) ? { kind: "polygon", corners } : null;
}

/** A shape as `within` writes it. */
export function withinOf(shape: Shape): string {
  const digits = (place: LonLat): string => place.map((each) => String(Number(each.toFixed(DIGITS)))).join(",");
  return shape.kind === "circle"
    ? `lonlat-circle:${digits(shape.centre)},${Math.round(shape.radius)}`
    : `lonlat-polygon:${shape.corners.map(digits).join(",")}`;
}

/** Metres to a degree of longitude and of latitude, at a latitude. */
function metresPerDegree(lat: number): [x: number, y: number] {
  const phi = (lat * Math.PI) / 180;
  return [
    111_412.84 * Math.cos(phi) - 93.5 * Math.cos(3 * phi),
    111_132.95 - 559.85 * Math.cos(2 * phi),
  ];
}

/** Metres between two places that lie near each other. */
export function distance(a: LonLat, b: LonLat): number {
  const [x, y] = metresPerDegree((a[1] + b[1]) / 2);
  return Math.hypot((a[0] - b[0]) * x, (a[1] - b[1]) * y);
}

/** The place so many metres east of another. */
export function eastOf([lon, lat]: LonLat, metres: number): LonLat {
  return [lon + metres / metresPerDegree(lat)[0], lat];
}

/** The border, its first place again at the end. */
export function ringOf(shape: Shape): LonLat[] {
  if (shape.kind === "polygon") return [...shape.corners, ...shape.corners.slice(0, 1)];
  const [x, y] = metresPerDegree(shape.centre[1]);
  return Array.from({ length: CIRCLE_CORNERS + 1 }, (_, k): LonLat => {
    const turn = (2 * Math.PI * (k % CIRCLE_CORNERS)) / CIRCLE_CORNERS;
    return [
      shape.centre[0] + (shape.radius * Math.cos(turn)) / x,
      shape.centre[1] + (shape.radius * Math.sin(turn)) / y,
    ];
  });
}

/** Its ground in square kilometres. */
export function groundOf(shape: Shape): number {
  if (shape.kind === "circle") return (Math.PI * shape.radius ** 2) / 1e6;
  const ring = ringOf(shape);
  const [x, y] = metresPerDegree(shape.corners[0]?.[1] ?? 0);
  const double = ring.slice(1).reduce((sum, [lon, lat], k) => {
    const [a, b] = ring[k] ?? [lon, lat];
    return sum + (a * lat - lon * b) * x * y;
  }, 0);
  return Math.abs(double) / 2e6;
}

/** West, south, east, north. */
export function boundsOf(shape: Shape): [number, number, number, number] {
  const ring = ringOf(shape);
  const [lons, lats] = [ring.map(([lon]) => lon), ring.map(([, lat]) => lat)];
  return [Math.min(...lons), Math.min(...lats), Math.max(...lons), Math.max(...lats)];
}

/** Whether the border of a polygon crosses itself. */
export function crossesItself(corners: readonly LonLat[]): boolean {
  const sides = corners.map((corner, k): [LonLat, LonLat] => [corner, corners[(k + 1) % corners.length] ?? corner]);
  return sides.some(([a, b], i) => sides.some(([c, d], j) => {
    const apart = Math.abs(i - j);
    if (i >= j || apart === 1 || apart === sides.length - 1) return false;
    return side(a, b, c) * side(a, b, d) < 0 && side(c, d, a) * side(c, d, b) < 0;
  }));
}

function side(a: LonLat, b: LonLat, c: LonLat): number {
  return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]);
}
