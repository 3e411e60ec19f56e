// Names of places over the map, as far as they do not touch each other.

import type { MapPane } from "./pane.ts";

interface Named {
  code: string;
  name: string;
  lonlat: [number, number];
  rank: number; // 0 stands out
  extent: number; // of the area, square degrees: who is larger goes first
  element: HTMLElement;
  width: number;
}

interface Shapes {
  features: { properties: { code: string; name: string }; geometry: Shape }[];
}
type Ring = [number, number][];
type Shape =
  | { type: "Polygon"; coordinates: Ring[] }
  | { type: "MultiPolygon"; coordinates: Ring[][] };

const MOST = 60; // names at a time

export class Labels {
  private readonly known: Named[] = [];
  private larger: Shapes = { features: [] };
  private frame = 0;

  constructor(private readonly place: HTMLElement, private readonly pane: MapPane) {
    pane.map.on("move", () => this.later());
    pane.map.on("resize", () => this.later());
  }

  /** Adds the names of a layer's areas; those of rank 0 stand out and go first.

      Where several areas have one name, the larger area around each stands behind it. */
  add(shapes: Shapes, rank: number): void {
    const times = new Map<string, number>();
    for (const { name } of [...this.known, ...shapes.features.map((each) => each.properties)]) {
      times.set(name, (times.get(name) ?? 0) + 1);
    }
    if (rank === 0) this.larger = shapes;
    for (const { properties: { code, name }, geometry } of shapes.features) {
      const found = middle(geometry);
      if (!found) continue;
      const around = rank > 0 && (times.get(name) ?? 0) > 1 ? this.around(found.lonlat, code) : "";
      if (around === name) continue; // a town in the district of its name is said once
      const words = around ? `${name} (${around})` : name;
      const element = document.createElement("span");
      element.className = rank === 0 ? "town large" : "town";
      element.textContent = words;
      element.hidden = true;
      this.place.append(element);
      this.known.push({ code, name, ...found, rank, element, width: 0 });
    }
    this.known.sort((a, b) => a.rank - b.rank || b.extent - a.extent);
    this.later();
  }

  /** The name of the larger area that a place lies in; empty where there is none. */
  private around(lonlat: [number, number], code: string): string {
    const area = this.larger.features.find((each) =>
      each.properties.code !== code && ringsOf(each.geometry).some((ring) => isInside(lonlat, ring)));
    return area?.properties.name ?? "";
  }

  private later(): void {
    if (this.frame) return;
    this.frame = requestAnimationFrame(() => {
      this.frame = 0;
      this.layOut();
    });
  }

  /** What stands before the map where a name would be half hidden. */
  private covered(): [number, number, number, number][] {
    const legend = document.getElementById("legend");
    if (!legend || legend.hidden) return [];
    const { offsetLeft, offsetTop, offsetWidth, offsetHeight } = legend;
    return [[offsetLeft, offsetTop, offsetLeft + offsetWidth, offsetTop + offsetHeight]];
  }

  private layOut(): void {
    const { clientWidth, clientHeight } = this.place;
    const zoom = this.pane.map.getZoom();
    const taken = this.covered();
    let shown = 0;
    for (const each of this.known) {
      const { x, y } = this.pane.map.project(each.lonlat);
      const inside = x > 0 && y > 0 && x < clientWidth && y < clientHeight;
      if (!inside || shown >= MOST || (each.rank > 0 && zoom < 9.6)) {
        each.element.hidden = true;
        continue;
      }
      if (each.width === 0) {
        each.element.hidden = false;
        each.width = each.element.offsetWidth;
      }
      const [w, t] = [each.width / 2 + 6, 11];
      const box: [number, number, number, number] = [x - w, y - t, x + w, y + t];
      const isFree = taken.every((b) => box[2] < b[0] || box[0] > b[2] || box[3] < b[1] || box[1] > b[3]);
      each.element.hidden = !isFree;
      if (!isFree) continue;
      taken.push(box);
      shown += 1;
      each.element.style.transform =
        `translate(${Math.round(x - each.width / 2)}px, ${Math.round(y - 9)}px)`;
    }
  }
}

/** The outer rings of a shape. */
function ringsOf(shape: Shape): Ring[] {
  const rings = shape.type === "Polygon" ? [shape.coordinates[0]] : shape.coordinates.map((part) => part[0]);
  return rings.filter((ring) => ring !== undefined);
}

function isInside([x, y]: [number, number], ring: Ring): boolean {
  let inside = false;
  for (let k = 0, before = ring.length - 1; k < ring.length; before = k, k += 1) {
    const [a, b] = [ring[before] as [number, number], ring[k] as [number, number]];
    if (a[1] > y !== b[1] > y && x < a[0] + ((y - a[1]) / (b[1] - a[1])) * (b[0] - a[0])) inside = !inside;
  }
  return inside;
}

/** Where the name of a shape stands: the centroid of its largest ring. */
function middle(shape: Shape): { lonlat: [number, number]; extent: number } | null {
  let best: { lonlat: [number, number]; extent: number } | null = null;
  for (const ring of ringsOf(shape)) {
    let [double, x, y] = [0, 0, 0];
    for (let k = 0; k + 1 < ring.length; k += 1) {
      const [a, b] = [ring[k] as [number, number], ring[k + 1] as [number, number]];
      const cross = a[0] * b[1] - b[0] * a[1];
      double += cross;
      x += (a[0] + b[0]) * cross;
      y += (a[1] + b[1]) * cross;
    }
    const extent = Math.abs(double / 2);
    if (extent > (best?.extent ?? 0)) best = { lonlat: [x / (3 * double), y / (3 * double)], extent };
  }
  return best;
}
