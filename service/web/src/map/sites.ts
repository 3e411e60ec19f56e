// Development sites: circles that grow with the homes planned.

import type { GeoJSONSource, Map as MapLibre } from "maplibre-gl";
import type { SitesFile } from "../answers/types.ts";
import type { Ink } from "./style.ts";

export class Sites {
  private selected = "";

  constructor(private readonly map: MapLibre, private ink: Ink) {}

  /** Development sites, or null for none. */
  show(sites: SitesFile | null, colours: Record<string, string>): void {
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
      filter: ["==", ["get", "site_id"], this.selected],
      paint: {
        "circle-radius": radius, "circle-opacity": 0,
        "circle-stroke-color": this.ink.strong, "circle-stroke-width": 3,
      },
    }, "below-labels");
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
    if (this.map.getLayer("sites-mark")) {
      this.map.setPaintProperty("sites-mark", "circle-stroke-color", ink.strong);
    }
  }
}
