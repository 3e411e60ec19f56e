// Places with shapes of their own: clusters, hexagons for patrols, zones; each with its number.

import type { FilterSpecification, GeoJSONSource, Map as MapLibre } from "maplibre-gl";
import type { Bounds, Shape } from "../answers/types.ts";
import { MISSING } from "./colours.ts";
import type { Ink } from "./style.ts";

/** What lies under the pointer is looked for in these, the first first. */
export const SHAPE_LAYERS = ["shape-points", "shape-fills"];
const SHAPES = "shapes";
const POINTS = "shape-middles";
const NUMBERED = 99; // more do not fit into a circle
const NUMBER_PX = 20;

export class Shapes {
  private bounds = new Map<string, Bounds>();
  private marked: Record<"hover" | "selected", string> = { hover: "", selected: "" };

  constructor(private readonly map: MapLibre, private ink: Ink) {}

  /** Shapes with their colours by code, or none. */
  show(shapes: readonly Shape[], colours: ReadonlyMap<string, string>): void {
    this.bounds = new Map(shapes.map((each) => [each.code, boundsOf(each.geometry.coordinates)]));
    if (shapes.length === 0 && !this.map.getSource(SHAPES)) return;
    const outlines: unknown[] = [];
    const middles: unknown[] = [];
    for (const { code, name, rank, geometry } of shapes) {
      const colour = colours.get(code) ?? MISSING;
      const [west, south, east, north] = this.bounds.get(code) ?? [0, 0, 0, 0];
      const number = rank <= NUMBERED ? this.numberImage(rank, isDark(colour)) : "";
      const properties = { code, name, colour, rank, number };
      const middle = { type: "Point", coordinates: [(west + east) / 2, (south + north) / 2] };
      outlines.push({ type: "Feature", properties, geometry });
      middles.push({ type: "Feature", properties, geometry: middle });
    }
    this.setData(SHAPES, outlines);
    this.setData(POINTS, middles);
    this.addLayers();
    this.mark("hover", "");
    this.mark("selected", this.marked.selected);
  }

  /** West, south, east and north of a shape; null where there is none of the code. */
  boundsOf(code: string): Bounds | null {
    return this.bounds.get(code) ?? null;
  }

  /** Marks one shape as pointed at or selected; another code marks none. */
  mark(which: "hover" | "selected", code: string): void {
    this.marked[which] = code;
    const filter: FilterSpecification = ["==", ["get", "code"], code];
    for (const id of [`shape-${which}`, `shape-point-${which}`]) if (this.map.getLayer(id)) this.map.setFilter(id, filter);
  }

  setInk(ink: Ink): void {
    this.ink = ink;
    for (const which of ["hover", "selected"]) {
      if (!this.map.getLayer(`shape-${which}`)) return;
      this.map.setPaintProperty(`shape-${which}`, "line-color", ink.strong);
      this.map.setPaintProperty(`shape-point-${which}`, "circle-stroke-color", ink.strong);
    }
    this.map.setPaintProperty("shape-points", "circle-stroke-color", ink.ground);
  }

  private setData(id: string, features: unknown[]): void {
    const data = { type: "FeatureCollection", features } as never;
    const source = this.map.getSource<GeoJSONSource>(id);
    if (source) void source.setData(data);
    else this.map.addSource(id, { type: "geojson", data });
  }

  private addLayers(): void {
    if (this.map.getLayer("shape-fills")) return;
    const colour = ["get", "colour"] as never;
    const order = ["-", 0, ["get", "rank"]] as never; // the first above the others
    this.map.addLayer({
      id: "shape-fills", type: "fill", source: SHAPES,
      layout: { "fill-sort-key": order },
      paint: { "fill-color": colour, "fill-opacity": 0.35 },
    }, "below-sites");
    this.map.addLayer({
      id: "shape-lines", type: "line", source: SHAPES, paint: { "line-color": colour, "line-width": 1.5 },
    }, "below-sites");
    this.map.addLayer({
      id: "shape-points", type: "circle", source: POINTS,
      layout: { "circle-sort-key": order },
      paint: {
        "circle-color": colour, "circle-stroke-color": this.ink.ground, "circle-stroke-width": 1,
        "circle-radius": ["case", ["==", ["get", "number"], ""], 4, NUMBER_PX / 2] as never,
      },
    }, "below-labels");
    for (const which of ["hover", "selected"] as const) this.addMark(which, which === "selected" ? 3 : 2);
    this.map.addLayer({
      id: "shape-numbers", type: "symbol", source: POINTS,
      filter: ["!=", ["get", "number"], ""],
      layout: { "icon-image": ["get", "number"], "icon-padding": 0, "symbol-sort-key": ["get", "rank"] },
    }, "below-labels");
  }

  private addMark(which: "hover" | "selected", width: number): void {
    const filter: FilterSpecification = ["==", ["get", "code"], this.marked[which]];
    this.map.addLayer({
      id: `shape-${which}`, type: "line", source: SHAPES, filter,
      paint: { "line-color": this.ink.strong, "line-width": width },
    }, "below-labels");
    this.map.addLayer({
      id: `shape-point-${which}`, type: "circle", source: POINTS, filter,
      paint: {
        "circle-radius": NUMBER_PX / 2, "circle-opacity": 0,
        "circle-stroke-color": this.ink.strong, "circle-stroke-width": width,
      },
    }, "below-labels");
  }

  /** The picture of a number, made when first needed: the map has no letters of its own. */
  private numberImage(rank: number, isLight: boolean): string {
    const id = `number-${rank}-${isLight ? "light" : "dark"}`;
    if (this.map.hasImage(id)) return id;
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = 2 * NUMBER_PX;
    const pen = canvas.getContext("2d");
    if (!pen) return "";
    pen.font = `600 ${rank > 9 ? 22 : 25}px ${getComputedStyle(document.body).fontFamily}`;
    pen.textAlign = "center";
    pen.textBaseline = "middle";
    pen.fillStyle = isLight ? "#ffffff" : "#111111";
    pen.fillText(String(rank), NUMBER_PX, NUMBER_PX + 1);
    this.map.addImage(id, pen.getImageData(0, 0, canvas.width, canvas.height), { pixelRatio: 2 });
    return id;
  }
}

/** Whether white is read better on a colour than black. */
function isDark(colour: string): boolean {
  const [red, green, blue] = [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));
  return 0.299 * (red ?? 0) + 0.587 * (green ?? 0) + 0.114 * (blue ?? 0) < 140;
}

function boundsOf(coordinates: unknown): Bounds {
  const points: number[][] = [];
  const collect = (part: unknown): void => {
    if (!Array.isArray(part)) return;
    if (typeof part[0] === "number") points.push(part as number[]);
    else part.forEach(collect);
  };
  collect(coordinates);
  const [lon, lat] = [points.map(([x]) => x ?? 0), points.map(([, y]) => y ?? 0)];
  return [least(lon), least(lat), -least(lon.map((x) => -x)), -least(lat.map((y) => -y))];
}

function least(values: readonly number[]): number {
  return values.reduce((a, b) => Math.min(a, b), Infinity);
}
