// The map behind the layers: which of its layers stand below the data, over them, and above all.

import type { LayerSpecification, Map as MapLibre, SourceSpecification } from "maplibre-gl";
import { ask, here } from "../answers/api.ts";
import type { MapStyle, PageConfig } from "../answers/types.ts";

type Place = "below" | "over" | "above";

const PLACE = "hotspot-atlas:place";

/** The style of the background in the theme, if it has one; its addresses are those of this page. */
export async function styleNow(background: PageConfig["background"]): Promise<MapStyle | undefined> {
  if (background?.kind !== "style") return undefined;
  const { address, dark } = background;
  const isDark = document.documentElement.dataset["theme"] === "dark";
  const style = await ask<MapStyle>(isDark && dark ? dark : address);
  return dark ? ofThisPage(style) : style;
}

/** The layers of a place, in their order. What a style does not place is below the data. */
export function layersOf(style: MapStyle | undefined, place: Place): LayerSpecification[] {
  const layers = (style?.layers ?? []) as LayerSpecification[];
  const isOurs = layers.some((layer) => placeOf(layer) !== undefined);
  return layers.filter((layer) =>
    (placeOf(layer) ?? "below") === place && !(isOurs && layer.type === "background"));
}

/** Gives the layers that are on the map the colours of another style of the same background. */
export function repaint(map: MapLibre, style: MapStyle | undefined): void {
  for (const layer of (style?.layers ?? []) as LayerSpecification[]) {
    if (!map.getLayer(layer.id)) continue;
    for (const [name, value] of Object.entries(layer.paint ?? {})) {
      map.setPaintProperty(layer.id, name as never, value as never);
    }
  }
}

function placeOf(layer: LayerSpecification): unknown {
  return (layer.metadata as Record<string, unknown> | undefined)?.[PLACE];
}

/** A style whose tiles and letters are asked of where the page came from. */
function ofThisPage(style: MapStyle): MapStyle {
  const sources = Object.entries(style.sources as Record<string, SourceSpecification>).map(([name, source]): [string, SourceSpecification] => [
    name,
    source.type === "vector" && source.tiles ? { ...source, tiles: source.tiles.map(here) } : source,
  ]);
  return { ...style, ...(style.glyphs ? { glyphs: here(style.glyphs) } : {}), sources: Object.fromEntries(sources) };
}
