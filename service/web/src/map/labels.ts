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
  private frame = 0;

  constructor(private readonly place: HTMLElement, private readonly pane: MapPane) {
    pane.map.on("move", () => this.later());
    pane.map.on("resize", () => this.later());
  }

  /** Adds the names of a layer's areas; those of rank 0 stand out and go first. */
  add(shapes: Shapes, rank: number): void {
    for (const { properties, geometry } of shapes.features) {
      if (this.known.some((each) => each.name === properties.name)) continue;
      const found = middle(geometry);
      if (!found) continue;
      const element = document.createElement("span");
      element.className = rank === 0 ? "town large" : "town";
      element.textContent = properties.name;
      element.hidden = true;
      this.place.append(element);
      this.known.push({ ...properties, ...found, rank, element, width: 0 });
    }
    this.known.sort((a, b) => a.rank - b.rank || b.extent - a.extent);
    this.later();
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

/** Where the name of a shape stands: the centroid of its largest ring. */
function middle(shape: Shape): { lonlat: [number, number]; extent: number } | null {
  const outer = shape.type === "Polygon" ? [shape.coordinates[0]] : shape.coordinates.map((p) => p[0]);
  let best: { lonlat: [number, number]; extent: number } | null = null;
  for (const ring of outer) {
    if (!ring) continue;
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
