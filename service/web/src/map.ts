// One map: borders, colours of areas, the heat map, sites. It knows nothing of questions.

import * as maplibregl from "maplibre-gl";
import type { FilterSpecification, GeoJSONSource, StyleSpecification } from "maplibre-gl";
import { here } from "./api.ts";
import { tileAddresses } from "./answers.ts";
import { NOTHING, SUPPRESSED } from "./colours.ts";
import { prefersStillness } from "./dom.ts";
import type { Bounds, PageConfig, SitesFile, TileJson } from "./types.ts";

export interface Ink {
  ground: string;
  border: string;
  outline: string;
  strong: string;
}

export interface Pointed {
  code: string;
  name: string;
  kind: "area" | "site";
}

const CROSSFADE_MS = 250;
const HATCH = "hatch";
const HATCH_PX = 8;

/** The map of one period; a comparison has two. */
export class MapPane {
  readonly map: maplibregl.Map;
  readonly ready: Promise<void>;
  private areaLayer = "";
  private outline = "";
  private coloured = new Map<string, string>();
  private heat: { id: string; key: string } | null = null;
  private heatCount = 0;
  private marked: Record<"hover" | "selected", string> = { hover: "", selected: "" };

  constructor(container: HTMLElement, config: PageConfig, private ink: Ink, view: maplibregl.MapOptions["center"] | Bounds, zoom?: number) {
    const bounds = Array.isArray(view) && view.length === 4 ? view : null;
    this.map = new maplibregl.Map({
      container,
      style: baseStyle(config, ink),
      ...(bounds
        ? { bounds, fitBoundsOptions: { padding: 24 } }
        : { center: view as [number, number], zoom: zoom ?? 9 }),
      attributionControl: false,
      dragRotate: false,
      pitchWithRotate: false,
      touchPitch: false,
      minZoom: 4,
      maxZoom: 18,
      fadeDuration: 0,
      canvasContextAttributes: { antialias: false },
    });
    this.map.touchZoomRotate.disableRotation();
    this.map.keyboard.disableRotation();
    this.ready = new Promise((resolve) => {
      this.map.once("load", () => resolve());
    });
  }

  /** Says which area or site the pointer is on, and which one was clicked. */
  listen(
    hovered: (at: Pointed | null, x: number, y: number) => void,
    clicked: (at: Pointed | null) => void,
  ): void {
    this.map.on("mousemove", (event) => {
      if (this.map.isMoving()) return hovered(null, 0, 0); // what is under the pointer is looked up at rest
      const at = this.under(event.point);
      this.map.getCanvas().classList.toggle("on-area", at !== null);
      hovered(at, event.point.x, event.point.y);
    });
    this.map.on("mouseout", () => hovered(null, 0, 0));
    this.map.on("click", (event) => clicked(this.under(event.point)));
  }

  private under(point: maplibregl.Point): Pointed | null {
    const layers = ["sites", `areas-${this.areaLayer}`].filter((id) => this.map.getLayer(id));
    const found = this.map.queryRenderedFeatures(point, { layers })[0];
    if (!found) return null;
    const isSite = found.layer.id === "sites";
    const properties = found.properties as Record<string, unknown>;
    const code = String(properties[isSite ? "site_id" : "code"]);
    return { code, name: String(properties["name"]), kind: isSite ? "site" : "area" };
  }

  /** The areas of a layer, there to be coloured and pointed at. */
  showAreas(layer: string, tilejson: TileJson): void {
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
    for (const kind of ["areas", "hatched", "borders", "casings", "marks"]) {
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

  private target(layer: string, code?: string): maplibregl.FeatureIdentifier {
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
    if (which === "selected") this.markSite(code);
  }

  private remark(): void {
    const { hover, selected } = this.marked;
    this.marked = { hover: "", selected: "" };
    this.mark("hover", hover);
    this.mark("selected", selected);
  }

  private markSite(code: string): void {
    if (this.map.getLayer("sites-mark")) {
      this.map.setFilter("sites-mark", ["==", ["get", "site_id"], code]);
    }
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

  /** The heat map of some tiles; the old one stays until the new one is there. */
  showHeat(tilejson: TileJson | null): Promise<void> {
    const key = tilejson?.tiles[0] ?? "";
    const before = this.heat;
    if ((before?.key ?? "") === key) return Promise.resolve();
    if (!tilejson) {
      this.heat = null;
      if (before) this.dropHeat(before.id);
      return Promise.resolve();
    }
    const id = `heat-${(this.heatCount += 1)}`;
    this.heat = { id, key };
    this.map.addSource(id, {
      type: "raster", tiles: tileAddresses(tilejson.tiles), tileSize: 256,
      minzoom: tilejson.minzoom, maxzoom: tilejson.maxzoom,
    });
    this.map.addLayer(
      {
        id, type: "raster", source: id,
        paint: {
          "raster-opacity": before ? 0 : 0.9,
          "raster-fade-duration": 0,
          "raster-resampling": "linear",
          "raster-opacity-transition": { duration: prefersStillness() ? 0 : CROSSFADE_MS },
        },
      },
      "below-borders",
    );
    return new Promise((resolve) => {
      const loaded = (): void => {
        if (!this.map.getSource(id)) return finish();
        if (!this.map.isSourceLoaded(id)) return;
        finish();
        this.map.setPaintProperty(id, "raster-opacity", 0.9);
        if (before) this.fadeHeat(before.id);
      };
      const finish = (): void => {
        this.map.off("sourcedata", loaded);
        this.map.off("idle", loaded);
        resolve();
      };
      this.map.on("sourcedata", loaded);
      this.map.on("idle", loaded);
    });
  }

  private fadeHeat(id: string): void {
    if (!this.map.getLayer(id)) return;
    this.map.setPaintProperty(id, "raster-opacity", 0);
    window.setTimeout(() => this.dropHeat(id), CROSSFADE_MS + 50);
  }

  private dropHeat(id: string): void {
    if (this.map.getLayer(id)) this.map.removeLayer(id);
    if (this.map.getSource(id)) this.map.removeSource(id);
  }

  /** Development sites, or null for none. */
  showSites(sites: SitesFile | null, colours: Record<string, string>): void {
    const shown = sites ?? { type: "FeatureCollection" as const, features: [] };
    const source = this.map.getSource<GeoJSONSource>("sites");
    if (source) return void source.setData(shown);
    if (!sites) return;
    this.map.addSource("sites", { type: "geojson", data: shown as never });
    const radius = [
      "interpolate", ["linear"], ["sqrt", ["number", ["get", "homes_planned"], 100]], 0, 3, 100, 18,
    ] as never;
    this.map.addLayer({
      id: "sites", type: "circle", source: "sites",
      paint: {
        "circle-radius": radius,
        "circle-color": [
          "match", ["get", "completion_class"], ...Object.entries(colours).flat(), "#bdbdbd",
        ] as never,
        "circle-opacity": 0.85,
        "circle-stroke-color": "#ffffff",
        "circle-stroke-width": 1.2,
      },
    }, "below-labels");
    this.map.addLayer({
      id: "sites-mark", type: "circle", source: "sites",
      filter: ["==", ["get", "site_id"], this.marked.selected],
      paint: {
        "circle-radius": radius, "circle-opacity": 0,
        "circle-stroke-color": this.ink.strong, "circle-stroke-width": 3,
      },
    }, "below-labels");
  }

  /** The colours of ground and borders for light or dark. */
  setInk(ink: Ink): void {
    this.ink = ink;
    const paint = (id: string, name: "background-color" | "line-color" | "circle-stroke-color", value: string): void => {
      if (this.map.getLayer(id)) this.map.setPaintProperty(id, name, value);
    };
    paint("ground", "background-color", ink.ground);
    for (const { id } of this.map.getStyle().layers) {
      if (id.startsWith("borders-")) paint(id, "line-color", ink.border);
      if (id.startsWith("outline-")) paint(id, "line-color", ink.outline);
      if (id.startsWith("casings-")) paint(id, "line-color", ink.ground);
      if (id.startsWith("marks-")) paint(id, "line-color", ink.strong);
    }
    paint("sites-mark", "circle-stroke-color", ink.strong);
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

/** Ground, the background map where there is one, and places for layers to stand at. */
function baseStyle(config: PageConfig, ink: Ink): StyleSpecification {
  const background = config.background;
  const stands = ["below-heat", "below-borders", "below-outline", "below-sites", "below-labels"];
  const given = background?.style;
  const made = {
    ...given,
    version: 8,
    sources: background?.kind === "tiles"
      ? { background: { type: "raster", tiles: [background.address], tileSize: 256 } }
      : (given?.sources ?? {}),
    layers: [
      { id: "ground", type: "background", paint: { "background-color": ink.ground } },
      ...(background?.kind === "tiles"
        ? [{ id: "background", type: "raster" as const, source: "background" }]
        : (given?.layers ?? [])),
      ...stands.map((id) => ({
        id, type: "background" as const, layout: { visibility: "none" as const },
        paint: { "background-color": NOTHING },
      })),
    ],
  };
  return made as StyleSpecification;
}
