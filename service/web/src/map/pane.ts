// One map: borders, colours of areas, the heat map, sites. It knows nothing of questions.

import * as maplibregl from "maplibre-gl";
import type { Bounds, PageConfig } from "../answers/types.ts";
import { Areas } from "./areas.ts";
import { repaint, styleNow } from "./background.ts";
import { HeatTiles } from "./heat.ts";
import { SHAPE_LAYERS, Shapes } from "./shapes.ts";
import { Sites } from "./sites.ts";
import { baseStyle, type Ink } from "./style.ts";

export interface Pointed {
  code: string;
  name: string;
  kind: "area" | "site" | "shape";
}

/** The map of one period; a comparison has two. */
export class MapPane {
  readonly map: maplibregl.Map;
  readonly ready: Promise<void>;
  readonly areas: Areas;
  readonly heat: HeatTiles;
  readonly sites: Sites;
  readonly shapes: Shapes;

  constructor(container: HTMLElement, private readonly config: PageConfig, ink: Ink, view: maplibregl.MapOptions["center"] | Bounds, zoom?: number) {
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
    this.areas = new Areas(this.map, ink);
    this.heat = new HeatTiles(this.map);
    this.sites = new Sites(this.map, ink);
    this.shapes = new Shapes(this.map, ink);
    this.ready = new Promise((resolve) => {
      this.map.once("style.load", () => resolve()); // sources need no more than that
    });
  }

  /** While an area is drawn nothing is pointed at or selected. */
  isDrawing = false;

  /** Says which area or site the pointer is on, and which one was clicked. */
  listen(
    hovered: (at: Pointed | null, x: number, y: number) => void,
    clicked: (at: Pointed | null, outlines: { layer: string; code: string; name: string }[]) => void,
  ): void {
    this.map.on("mousemove", (event) => {
      if (this.map.isMoving() || this.isDrawing) return hovered(null, 0, 0); // what is under the pointer is looked up at rest
      const at = this.under(event.point);
      this.map.getCanvas().classList.toggle("on-area", at !== null);
      hovered(at, event.point.x, event.point.y);
    });
    this.map.on("mouseout", () => hovered(null, 0, 0));
    this.map.on("click", (event) => {
      if (!this.isDrawing) clicked(this.under(event.point), this.areas.outlinedNear(event.point));
    });
  }

  private under(point: maplibregl.Point): Pointed | null {
    const layers = ["sites", ...SHAPE_LAYERS, this.areas.filled].filter((id) => this.map.getLayer(id));
    const found = this.map.queryRenderedFeatures(point, { layers })[0];
    if (!found) return null;
    const isSite = found.layer.id === "sites";
    const isShape = SHAPE_LAYERS.includes(found.layer.id);
    const properties = found.properties as Record<string, unknown>;
    const code = String(properties[isSite ? "site_id" : "code"]);
    return { code, name: String(properties["name"]), kind: isSite ? "site" : isShape ? "shape" : "area" };
  }

  /** Marks one area or site as pointed at or selected; an empty code marks none. */
  mark(which: "hover" | "selected", code: string): void {
    this.areas.mark(which, code);
    this.shapes.mark(which, code);
    if (which === "selected") this.sites.mark(code);
  }

  /** The colours of ground and borders for light or dark. */
  setInk(ink: Ink): void {
    if (this.map.getLayer("ground")) this.map.setPaintProperty("ground", "background-color", ink.ground);
    this.areas.setInk(ink);
    this.sites.setInk(ink);
    this.shapes.setInk(ink);
    void styleNow(this.config.background).then((style) => repaint(this.map, style));
  }
}
