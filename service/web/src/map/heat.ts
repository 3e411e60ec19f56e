// The heat map's tiles: the old ones stay until the new ones are there.

import type { Map as MapLibre } from "maplibre-gl";
import { tileAddresses } from "../answers/addresses.ts";
import type { TileJson } from "../answers/types.ts";
import { prefersStillness } from "../dom.ts";

const CROSSFADE_MS = 250;

export class HeatTiles {
  private heat: { id: string; key: string } | null = null;
  private heatCount = 0;

  constructor(private readonly map: MapLibre) {}

  /** The heat map of some tiles; the old one stays until the new one is there. */
  show(tilejson: TileJson | null): Promise<void> {
    const key = tilejson?.tiles[0] ?? "";
    const before = this.heat;
    if ((before?.key ?? "") === key) return Promise.resolve();
    if (!tilejson) {
      this.heat = null;
      if (before) this.drop(before.id);
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
          "raster-opacity": before ? 0 : 1,
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
        this.map.setPaintProperty(id, "raster-opacity", 1);
        if (before) this.fade(before.id);
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

  private fade(id: string): void {
    if (!this.map.getLayer(id)) return;
    this.map.setPaintProperty(id, "raster-opacity", 0);
    window.setTimeout(() => this.drop(id), CROSSFADE_MS + 50);
  }

  private drop(id: string): void {
    if (this.map.getLayer(id)) this.map.removeLayer(id);
    if (this.map.getSource(id)) this.map.removeSource(id);
  }
}
