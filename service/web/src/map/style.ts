// The ground of the map, the background where there is one, and places for layers to stand at.

import type { LayerSpecification, StyleSpecification } from "maplibre-gl";
import type { PageConfig } from "../answers/types.ts";
import { layersOf } from "./background.ts";
import { NOTHING } from "./colours.ts";

export interface Ink {
  ground: string;
  border: string;
  hairline: string; // between areas with colours
  outline: string;
  strong: string;
}

/** Where layers stand, from the ground up: each under the mark of its name. */
const UNDER_ROADS = ["below-heat", "below-borders"];
const OVER_ROADS = ["below-outline", "below-sites", "below-labels"];

export function baseStyle(config: PageConfig, ink: Ink): StyleSpecification {
  const background = config.background;
  const given = background?.style;
  const made = {
    ...given,
    version: 8,
    transition: { duration: 0, delay: 0 }, // colours for paper are there at once
    sources: background?.kind === "tiles"
      ? { background: { type: "raster", tiles: [background.address], tileSize: 256 } }
      : (given?.sources ?? {}),
    layers: [
      { id: "ground", type: "background", paint: { "background-color": ink.ground } },
      ...(background?.kind === "tiles"
        ? [{ id: "background", type: "raster" as const, source: "background" }]
        : layersOf(given, "below")),
      ...UNDER_ROADS.map(stand),
      ...layersOf(given, "over"),
      ...OVER_ROADS.map(stand),
      ...layersOf(given, "above"),
    ],
  };
  return made as StyleSpecification;
}

/** A layer that shows nothing, for others to be put under. */
function stand(id: string): LayerSpecification {
  return { id, type: "background", layout: { visibility: "none" }, paint: { "background-color": NOTHING } };
}
