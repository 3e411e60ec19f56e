// The areas of a layer: their colours, borders and marks; and the borders of a coarser layer.

import type { ExpressionSpecification, FeatureIdentifier, FilterSpecification, Map as MapLibre } from "maplibre-gl";
import { here } from "../answers/api.ts";
import type { Bounds, TileJson } from "../answers/types.ts";
import { AREA_OPACITY, SUPPRESSED } from "./colours.ts";
import type { Ink } from "./style.ts";

const HATCH = "hatch";
const HATCH_PX = 8;
const NEAR_PX = 3; // so near to a border is on it

export class Areas {
  private areaLayer = "";
  private isFine = true; // so many areas that their borders would be a mesh
  private outline = "";
  private coloured = new Map<string, string>();
  private raised: ReadonlySet<string> = new Set();
  private marked: Record<"hover" | "selected", string> = { hover: "", selected: "" };

  constructor(private readonly map: MapLibre, private ink: Ink) {}

  /** The layer of the map that is asked what lies under the pointer. */
  get filled(): string {
    return `areas-${this.areaLayer}`;
  }

  /** The areas of a layer, there to be coloured and pointed at. */
  show(layer: string, tilejson: TileJson, isFine = true): void {
    this.isFine = isFine;
    if (this.areaLayer === layer && this.map.getSource(`boundary-${layer}`)) return;
    if (this.areaLayer) this.setAreasVisible(this.areaLayer, false);
    this.coloured.clear();
    this.raised = new Set();
    this.areaLayer = layer;
    this.addBoundary(layer, tilejson);
    this.map.removeFeatureState(this.target(layer));
    this.remark();
    if (!this.map.getLayer(`areas-${layer}`)) this.addAreaLayers(layer, tilejson);
    this.setAreasVisible(layer, true);
  }

  /** No areas: the map shows something else. */
  hide(): void {
    if (this.areaLayer) this.setAreasVisible(this.areaLayer, false);
    this.areaLayer = "";
  }

  /** A line around these areas, and around no others. */
  emphasise(codes: readonly string[]): void {
    const id = `emphasis-${this.areaLayer}`;
    if (this.map.getLayer(id)) this.map.setFilter(id, isOneOf(codes));
  }

  private addBoundary(layer: string, tilejson: TileJson): void {
    if (this.map.getSource(`boundary-${layer}`)) return;
    this.map.addSource(`boundary-${layer}`, {
      type: "vector",
      tiles: tilejson.tiles.map(here),
      minzoom: tilejson.minzoom,
      maxzoom: Math.min(tilejson.maxzoom, 14),
      bounds: tilejson.bounds,
      promoteId: "code",
    });
  }

  private addAreaLayers(layer: string, tilejson: TileJson): void {
    const source = { source: `boundary-${layer}`, "source-layer": sourceLayer(layer, tilejson) };
    this.map.addLayer(
      {
        id: `halos-${layer}`, type: "line", ...source,
        layout: { "line-join": "round" },
        paint: haloPaint(),
      },
      "below-heat",
    );
    this.map.addLayer(
      {
        id: `areas-${layer}`, type: "fill", ...source,
        paint: {
          "fill-color": ["to-color", ["feature-state", "colour"], "rgba(0,0,0,0)"],
          "fill-opacity": AREA_OPACITY,
          "fill-antialias": false,
        },
      },
      "below-heat",
    );
    if (!this.map.hasImage(HATCH)) this.map.addImage(HATCH, hatch());
    this.map.addLayer(
      {
        id: `hatched-${layer}`, type: "fill", ...source, filter: isOneOf([]),
        paint: { "fill-pattern": HATCH },
      },
      "below-heat",
    );
    this.map.addLayer(
      {
        id: `borders-${layer}`, type: "line", ...source,
        paint: {
          "line-color": borderColour(this.ink),
          "line-width": ["interpolate", ["linear"], ["zoom"], 8, this.isFine ? 0.25 : 0.6, 12, 0.8, 15, 1.2],
          "line-opacity": borderOpacity(this.isFine),
        },
      },
      "below-outline",
    );
    this.map.addLayer(
      {
        id: `emphasis-${layer}`, type: "line", ...source, filter: isOneOf([]),
        layout: { "line-join": "round" },
        paint: { "line-color": this.ink.strong, "line-width": ["interpolate", ["linear"], ["zoom"], 8, 1, 11, 2, 13, 3] },
      },
      "below-sites",
    );
    this.map.addLayer(
      {
        id: `casings-${layer}`, type: "line", ...source,
        layout: { "line-join": "round" },
        paint: { "line-color": this.ink.ground, ...markPaint(6, 4) },
      },
      "below-sites",
    );
    this.map.addLayer(
      {
        id: `marks-${layer}`, type: "line", ...source,
        layout: { "line-join": "round" },
        paint: { "line-color": this.ink.strong, ...markPaint(3, 2) },
      },
      "below-sites",
    );
  }

  private setAreasVisible(layer: string, visible: boolean): void {
    for (const kind of ["halos", "areas", "hatched", "borders", "emphasis", "casings", "marks"]) {
      const id = `${kind}-${layer}`;
      if (this.map.getLayer(id)) {
        this.map.setLayoutProperty(id, "visibility", visible ? "visible" : "none");
      }
    }
  }

  /** A colour per area code; areas that are not named lose theirs. Those that are raised are seen
      from far, however small they are. */
  colour(colours: ReadonlyMap<string, string>, raised: ReadonlySet<string> = new Set()): void {
    const layer = this.areaLayer;
    if (!layer) return;
    for (const code of this.coloured.keys()) {
      if (!colours.has(code)) this.map.setFeatureState(this.target(layer, code), { colour: null, raised: false });
    }
    for (const [code, colour] of colours) {
      if (this.coloured.get(code) !== colour || raised.has(code) !== this.raised.has(code)) {
        this.map.setFeatureState(this.target(layer, code), { colour, raised: raised.has(code) });
      }
    }
    this.raised = raised;
    this.coloured = new Map(colours);
    const suppressed = [...colours].filter(([, colour]) => colour === SUPPRESSED).map(([code]) => code);
    if (this.map.getLayer(`hatched-${layer}`)) this.map.setFilter(`hatched-${layer}`, isOneOf(suppressed));
  }

  private target(layer: string, code?: string): FeatureIdentifier {
    const sourceLayer = layer;
    const source = `boundary-${layer}`;
    return code === undefined ? { source, sourceLayer } : { source, sourceLayer, id: code };
  }

  /** Marks one area as pointed at or selected; an empty code marks none. */
  mark(which: "hover" | "selected", code: string): void {
    const before = this.marked[which];
    if (before === code) return;
    this.marked[which] = code;
    const layer = this.areaLayer;
    if (!layer || !this.map.getSource(`boundary-${layer}`)) return;
    if (before) this.map.setFeatureState(this.target(layer, before), { [which]: false });
    if (code) this.map.setFeatureState(this.target(layer, code), { [which]: true });
  }

  private remark(): void {
    const { hover, selected } = this.marked;
    this.marked = { hover: "", selected: "" };
    this.mark("hover", hover);
    this.mark("selected", selected);
  }

  /** West, south, east and north of an area, as far as it is loaded; null where it is not. */
  boundsOf(code: string): Bounds | null {
    const layer = this.areaLayer;
    if (!layer || !this.map.getSource(`boundary-${layer}`)) return null;
    const bounds: Bounds = [Infinity, Infinity, -Infinity, -Infinity];
    const features = this.map.querySourceFeatures(`boundary-${layer}`, { sourceLayer: layer, filter: isOneOf([code]) });
    const widen = (part: unknown): void => {
      if (!Array.isArray(part)) return;
      const [x, y] = part as unknown[];
      if (typeof x !== "number" || typeof y !== "number") return part.forEach(widen);
      bounds[0] = Math.min(bounds[0], x);
      bounds[1] = Math.min(bounds[1], y);
      bounds[2] = Math.max(bounds[2], x);
      bounds[3] = Math.max(bounds[3], y);
    };
    for (const { geometry } of features) widen((geometry as { coordinates?: unknown }).coordinates);
    return bounds[0] === Infinity ? null : bounds;
  }

  /** The borders of a layer over everything; null for none. */
  showOutline(layer: string, tilejson: TileJson | null): void {
    if (this.outline && this.outline !== layer && this.map.getLayer(`outline-${this.outline}`)) {
      this.map.removeLayer(`outline-${this.outline}`);
    }
    this.outline = tilejson ? layer : "";
    if (!tilejson || this.map.getLayer(`outline-${layer}`)) return;
    this.addBoundary(layer, tilejson);
    this.map.addLayer(
      {
        id: `outline-${layer}`, type: "line", source: `boundary-${layer}`,
        "source-layer": sourceLayer(layer, tilejson),
        layout: { "line-join": "round" },
        paint: {
          "line-color": this.ink.outline,
          "line-width": ["interpolate", ["linear"], ["zoom"], 7, 0.6, 12, 1.4, 15, 1.8],
        },
      },
      "below-labels",
    );
  }

  /** The border of the one place that is asked about; null for none. */
  showPlace(label: string, tilejson: TileJson | null): void {
    if (this.map.getLayer("place")) this.map.removeLayer("place");
    if (!tilejson) return;
    const [layer = "", code = ""] = label.split(/:(.*)/s);
    this.addBoundary(layer, tilejson);
    this.map.addLayer(
      {
        id: "place", type: "line", source: `boundary-${layer}`,
        "source-layer": sourceLayer(layer, tilejson), filter: isOneOf([code]),
        layout: { "line-join": "round" },
        paint: { "line-color": this.ink.strong, "line-width": 2.5 },
      },
      "below-labels",
    );
  }

  /** The areas whose border in the outline passes near a point. */
  outlinedNear({ x, y }: { x: number; y: number }): { layer: string; code: string; name: string }[] {
    const id = `outline-${this.outline}`;
    if (!this.map.getLayer(id)) return [];
    const box: [[number, number], [number, number]] = [[x - NEAR_PX, y - NEAR_PX], [x + NEAR_PX, y + NEAR_PX]];
    const features = this.map.queryRenderedFeatures(box, { layers: [id] });
    const named = features.map(({ properties }) => [String(properties["code"]), String(properties["name"])] as const);
    return [...new Map(named)].map(([code, name]) => ({ layer: this.outline, code, name }));
  }

  /** The colours of borders and marks for light or dark. */
  setInk(ink: Ink): void {
    this.ink = ink;
    const colours = {
      borders: borderColour(ink), outline: ink.outline, emphasis: ink.strong, casings: ink.ground, marks: ink.strong,
      place: ink.strong,
    };
    for (const { id } of this.map.getStyle().layers) {
      const kind = id.split("-")[0] ?? "";
      if (kind in colours) this.map.setPaintProperty(id, "line-color", colours[kind as keyof typeof colours] as never);
    }
  }
}

function isOneOf(codes: readonly string[]): FilterSpecification {
  return ["in", ["get", "code"], ["literal", [...codes]]];
}

/** Diagonal lines over what is suppressed. */
function hatch(): { width: number; height: number; data: Uint8Array } {
  const data = new Uint8Array(4 * HATCH_PX * HATCH_PX);
  for (let row = 0; row < HATCH_PX; row += 1) {
    for (let col = 0; col < HATCH_PX; col += 1) {
      if ((row + col) % HATCH_PX < 2) data.set([40, 40, 50, 150], 4 * (row * HATCH_PX + col));
    }
  }
  return { width: HATCH_PX, height: HATCH_PX, data };
}

const HAS_COLOUR = ["!=", ["feature-state", "colour"], null] as const;

/** Hairlines of the ground between areas with colours, quiet lines around others. */
function borderColour(ink: Ink): ExpressionSpecification {
  return ["case", HAS_COLOUR, ink.hairline, ink.border] as unknown as ExpressionSpecification;
}

/** Borders of many areas without colours are a mesh, and come only from near. */
function borderOpacity(isFine: boolean): ExpressionSpecification {
  const [far, near] = isFine ? [["case", HAS_COLOUR, 0.35, 0], ["case", HAS_COLOUR, 1, 0]] : [1, 1];
  return ["interpolate", ["linear"], ["zoom"], 8, far, 10.5, near, 12.5, 1] as unknown as ExpressionSpecification;
}

/** From far, a rim in the colour of the area outside of it: what is small can be seen. */
function haloPaint(): Record<string, unknown> & object {
  const width = (px: number): unknown[] => ["case", ["boolean", ["feature-state", "raised"], false], px, 0];
  const outside = (px: number): unknown[] => ["interpolate", ["linear"], ["zoom"], 8, width(px), 10, width(px * 0.7), 11.5, width(0)];
  return {
    "line-color": ["to-color", ["feature-state", "colour"], "rgba(0,0,0,0)"],
    "line-opacity": AREA_OPACITY,
    "line-width": outside(5),
    "line-offset": outside(-2.5),
  };
}

/** Lines around a selected area, and around the one pointed at; a small area far away is no blot. */
function markPaint(selected: number, hover: number): Record<string, unknown> & object {
  const is = (which: string): unknown[] => ["boolean", ["feature-state", which], false];
  const width = (share: number): unknown[] =>
    ["case", is("selected"), share * selected, is("hover"), share * hover, 0];
  return {
    "line-width": ["interpolate", ["linear"], ["zoom"], 8, width(0.35), 12, width(1)],
    "line-opacity": ["case", ["any", is("selected"), is("hover")], 1, 0],
  };
}

function sourceLayer(layer: string, tilejson: TileJson): string {
  return tilejson.vector_layers?.[0]?.id ?? layer;
}
