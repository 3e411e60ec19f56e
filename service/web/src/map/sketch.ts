// The border of a drawn area on the map, and the handles of one that is being drawn.

import type * as maplibregl from "maplibre-gl";
import type { GeoJSONSource } from "maplibre-gl";
import { ringOf, type LonLat, type Shape } from "../view/shape.ts";

const SOURCE = "sketch";
const INK = "#b3158a"; // no ramp of the maps has it
const EMPTY = { type: "FeatureCollection" as const, features: [] };

export class Sketch {
  constructor(private readonly map: maplibregl.Map) {}

  /** A shape, or what there is of one; handles can be dragged. */
  show(shape: Shape | null, line: readonly LonLat[] = [], handles: readonly LonLat[] = []): void {
    const ring = shape ? ringOf(shape) : [];
    const feature = (geometry: unknown, kind: string): object => ({ type: "Feature", properties: { kind }, geometry });
    const content = {
      ...EMPTY,
      features: [
        ...(ring.length > 3 ? [feature({ type: "Polygon", coordinates: [ring] }, "area")] : []),
        ...(line.length > 1 ? [feature({ type: "LineString", coordinates: line }, "line")] : []),
        ...handles.map((at, k) => ({
          type: "Feature", properties: { kind: "handle", index: k }, geometry: { type: "Point", coordinates: at },
        })),
      ],
    };
    this.source(content);
  }

  private source(content: object): void {
    const source = this.map.getSource<GeoJSONSource>(SOURCE);
    if (source) return void source.setData(content);
    this.map.addSource(SOURCE, { type: "geojson", data: content as never });
    const of = (kind: string): maplibregl.FilterSpecification => ["==", ["get", "kind"], kind];
    this.map.addLayer({
      id: "sketch-casing", type: "line", source: SOURCE,
      layout: { "line-join": "round" },
      paint: { "line-color": "#ffffff", "line-width": 5, "line-opacity": 0.85 },
    }, "below-labels");
    this.map.addLayer({
      id: "sketch-line", type: "line", source: SOURCE,
      layout: { "line-join": "round" },
      paint: { "line-color": INK, "line-width": 2.5, "line-dasharray": [3, 1.5] },
    }, "below-labels");
    this.map.addLayer({
      id: "sketch-handles", type: "circle", source: SOURCE, filter: of("handle"),
      paint: {
        "circle-radius": 7, "circle-color": "#ffffff", "circle-stroke-color": INK, "circle-stroke-width": 3,
      },
    }, "below-labels");
  }

  /** Which handle is at a point of the screen; -1 for none. A finger covers more than a pointer. */
  handleAt({ x, y }: { x: number; y: number }, reach: number): number {
    if (!this.map.getLayer("sketch-handles")) return -1;
    const box: [[number, number], [number, number]] = [[x - reach, y - reach], [x + reach, y + reach]];
    const [found] = this.map.queryRenderedFeatures(box, { layers: ["sketch-handles"] });
    return found ? Number(found.properties["index"]) : -1;
  }
}
