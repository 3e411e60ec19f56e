// What the areas of a layer are called: each with the larger area that it lies in.

import { pathOf } from "./addresses.ts";
import { ask } from "./api.ts";
import type { NamedAreaRow } from "./schema.ts";
import type { PageConfig } from "./types.ts";

const SELECTABLE = 500; // areas of a layer, in one list of choices

/** The areas of a layer by code. */
export type AreaNames = ReadonlyMap<string, NamedAreaRow>;

export async function areasOf(layer: string): Promise<AreaNames> {
  const { rows } = await ask<{ rows: NamedAreaRow[] }>(`v1/boundaries/${pathOf(layer)}/areas`);
  return new Map(rows.map((row) => [row.code, row]));
}

/** The layers whose areas hold others, and can be chosen from a list: the largest first. */
export function placeLayers(config: PageConfig): PageConfig["layers"] {
  return config.layers.slice(0, -1).filter((layer) => layer.areas > 1 && layer.areas <= SELECTABLE);
}
