// The areas of a layer: their colours, borders and marks; and the borders of a coarser layer.

import type { FeatureIdentifier, FilterSpecification, Map as MapLibre } from "maplibre-gl";
import { here } from "../answers/api.ts";
import type { TileJson } from "../answers/types.ts";
import { SUPPRESSED } from "./colours.ts";
import type { Ink } from "./style.ts";

const HATCH = "hatch";
const HATCH_PX = 8;

export class Areas {
  private areaLayer = "";
  private outline = "";
  private coloured = new Map<string, string>();
  private marked: Record<"hover" | "selected", string> = { hover: "", selected: "" };

  constructor(private readonly map: MapLibre, private ink: Ink) {}

  /** The layer of the map that is asked what lies under the pointer. */
  get filled(): string {
    return `areas-${this.areaLayer}`;
  }

  /** The areas of a layer, there to be coloured and pointed at. */
  show(layer: string, tilejson: TileJson): void {
    if (this.areaLayer === layer && this.map.getSource(`boundary-${layer}`)) return;
    if (this.areaLayer) this.setAreasVisible(this.areaLayer, false);
    this.coloured.clear();
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
        id: `areas-${layer}`, type: "fill", ...source,
        paint: {
          "fill-color": ["to-color", ["feature-state", "colour"], "rgba(0,0,0,0)"],
          "fill-opacity": 0.82,
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
          "line-color": this.ink.border,
          "line-width": ["interpolate", ["linear"], ["zoom"], 8, 0.3, 12, 0.8, 15, 1.2],
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
        paint: { "line-color": this.ink.ground, ...markPaint(7, 5) },
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
    for (const kind of ["areas", "hatched", "borders", "emphasis", "casings", "marks"]) {
      const id = `${kind}-${layer}`;
      if (this.map.getLayer(id)) {
        this.map.setLayoutProperty(id, "visibility", visible ? "visible" : "none");
      }
    }
  }

  /** A colour per area code; areas that are not named lose theirs. */
  colour(colours: ReadonlyMap<string, string>): void {
    const layer = this.areaLayer;
    if (!layer) return;
    for (const code of this.coloured.keys()) {
      if (!colours.has(code)) this.map.removeFeatureState(this.target(layer, code), "colour");
    }
    for (const [code, colour] of colours) {
      if (this.coloured.get(code) !== colour) {
        this.map.setFeatureState(this.target(layer, code), { colour });
      }
    }
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
          "line-width": ["interpolate", ["linear"], ["zoom"], 7, 1, 12, 2],
        },
      },
      "below-labels",
    );
  }

  /** The colours of borders and marks for light or dark. */
  setInk(ink: Ink): void {
    this.ink = ink;
    const colours = {
      borders: ink.border, outline: ink.outline, emphasis: ink.strong, casings: ink.ground, marks: ink.strong,
    };
    for (const { id } of this.map.getStyle().layers) {
      const kind = id.split("-")[0] ?? "";
      if (kind in colours) this.map.setPaintProperty(id, "line-color", colours[kind as keyof typeof colours]);
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

/** Lines that are drawn around a selected area, and around the one pointed at. */
function markPaint(selected: number, hover: number): Record<string, unknown> & object {
  const is = (which: string): unknown[] => ["boolean", ["feature-state", which], false];
  return {
    "line-width": ["case", is("selected"), selected, is("hover"), hover, 0],
    "line-opacity": ["case", ["any", is("selected"), is("hover")], 1, 0],
  };
}

function sourceLayer(layer: string, tilejson: TileJson): string {
  return tilejson.vector_layers?.[0]?.id ?? layer;
}
