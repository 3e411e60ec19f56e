// Development sites: circles that grow with the homes planned.

import type { GeoJSONSource, Map as MapLibre } from "maplibre-gl";
import type { SitesFile } from "../answers/types.ts";
import type { Ink } from "./style.ts";

const LEAST_PX = 3;
const MOST_PX = 18;
const MOST_HOMES = 10_000;

/** The radius of the circle of so many homes: its area grows with them. */
export function radiusOf(homes: number): number {
  return LEAST_PX + (MOST_PX - LEAST_PX) * Math.min(1, Math.sqrt(homes / MOST_HOMES));
}

export class Sites {
  private selected = "";
  private colours: Record<string, string> | null = null;

  constructor(private readonly map: MapLibre, private ink: Ink) {}

  /** Development sites, or null for none; rings where they have no colours of their own. */
  show(sites: SitesFile | null, colours: Record<string, string> | null): void {
    const shown = sites ?? { type: "FeatureCollection" as const, features: [] };
    const source = this.map.getSource<GeoJSONSource>("sites");
    this.colours = colours;
    if (source) {
      void source.setData(shown);
      this.paint();
      return;
    }
    if (!sites) return;
    this.map.addSource("sites", { type: "geojson", data: shown as never });
    const radius = [
      "interpolate", ["linear"], ["sqrt", ["number", ["get", "homes_planned"], 100]],
      0, LEAST_PX, Math.sqrt(MOST_HOMES), MOST_PX,
    ] as never;
    this.map.addLayer({
      id: "sites", type: "circle", source: "sites",
      paint: { "circle-radius": radius },
    }, "below-labels");
    this.paint();
    this.map.addLayer({
      id: "sites-mark", type: "circle", source: "sites",
      filter: ["==", ["get", "site_id"], this.selected],
      paint: {
        "circle-radius": radius, "circle-opacity": 0,
        "circle-stroke-color": this.ink.strong, "circle-stroke-width": 3,
      },
    }, "below-labels");
  }

  private paint(): void {
    const { colours, ink } = this;
    if (!this.map.getLayer("sites")) return;
    const set = (name: string, value: unknown): void => void this.map.setPaintProperty("sites", name as never, value as never);
    set("circle-color", colours
      ? ["match", ["get", "completion_class"], ...Object.entries(colours).flat(), "#bdbdbd"] : ink.ground);
    set("circle-opacity", colours ? 1 : 0); // rings hide no class
    set("circle-stroke-color", colours ? "#ffffff" : ink.strong);
    set("circle-stroke-width", colours ? 1.2 : 1.6);
  }

  /** Marks one site as selected; an empty code marks none. */
  mark(code: string): void {
    this.selected = code;
    if (this.map.getLayer("sites-mark")) {
      this.map.setFilter("sites-mark", ["==", ["get", "site_id"], code]);
    }
  }

  setInk(ink: Ink): void {
    this.ink = ink;
    this.paint();
    if (this.map.getLayer("sites-mark")) {
      this.map.setPaintProperty("sites-mark", "circle-stroke-color", ink.strong);
    }
  }
}
