// Every view by its name, in the order of their buttons; and what is asked of whichever is shown.

import { addressOf } from "../answers/addresses.ts";
import type { View, ViewName } from "../view/state.ts";
import { CHANGE } from "./change.ts";
import { CHOROPLETH } from "./choropleth.ts";
import { EMERGING } from "./emerging.ts";
import { GROWTH } from "./growth.ts";
import { HEATMAP } from "./heatmap.ts";
import { HOTSPOTS } from "./hotspots.ts";
import type { ViewKind } from "./kind.ts";
import { CLUSTERS, PATROLS, REPEATS } from "./places.ts";
import { WHEN } from "./when.ts";

const KINDS: Record<ViewName, ViewKind> = {
  heatmap: HEATMAP, choropleth: CHOROPLETH, hotspots: HOTSPOTS, emerging: EMERGING, change: CHANGE,
  when: WHEN, clusters: CLUSTERS, patrols: PATROLS, repeats: REPEATS, growth: GROWTH,
};

export const VIEW_KINDS: readonly ViewKind[] = Object.values(KINDS);

export function kindOf(view: View): ViewKind {
  return KINDS[view.view];
}

/** Whether the rows are development sites and not areas. */
export function isOfSites(view: View): boolean {
  return kindOf(view).rows(view) === "sites";
}

/** The address of the table of a view; a suffix such as "csv" gives the file to keep. */
export function tableAddress(view: View, suffix = ""): string {
  return addressOf(kindOf(view).question(view), suffix ? `.${suffix}` : "");
}

/** The address of the printed map of a view, or of its chart where it has no place; null for none. */
export function pictureAddress(view: View, suffix: "png" | "svg" | "pdf"): string | null {
  const { picture, question, rows } = kindOf(view);
  if (rows(view) === "times") return tableAddress(view, suffix);
  return picture === null ? null : addressOf((picture ?? question)(view), `/map.${suffix}`);
}
