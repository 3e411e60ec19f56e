// Colours of classes on the ground of the theme: the ramps and categories of the service's pictures.

import type { LegendInterval } from "../answers/types.ts";
import { MISSING, NOTHING, SUPPRESSED } from "./neutral.ts";
import { PALETTES } from "./palettes.ts";

export { MISSING, NOTHING, SUPPRESSED };

export type Theme = keyof typeof PALETTES;

/** The opacity of areas: the ground shows through a little. */
export const AREA_OPACITY = 0.82;

/** Whether the page is light or dark now. */
export function themeNow(): Theme {
  return document.documentElement.dataset["theme"] === "dark" ? "dark" : "light";
}

/** The colours of categories; each is that of the theme at the time it is read. */
function inTheme(name: Exclude<keyof (typeof PALETTES)["light"], "sequential">, rest: Record<string, string> = {}): Record<string, string> {
  const colours: Record<string, string> = {};
  for (const label of Object.keys(PALETTES.light[name])) {
    const get = (): string => (PALETTES[themeNow()][name] as Record<string, string>)[label] ?? MISSING;
    Object.defineProperty(colours, label, { enumerable: true, get });
  }
  return Object.assign(colours, rest);
}

export const HOT_COLD = inTheme("hot-cold", { suppressed: SUPPRESSED });
export const EMERGING = inTheme("emerging", { suppressed: SUPPRESSED });
export const COMPLETION = inTheme("completion");
export const PRIORITIES = inTheme("priorities", { suppressed: SUPPRESSED });
export const CLUSTERS = inTheme("clusters");

/** A colour as it looks on a ground where it has an opacity: #rrggbb. */
export function onGround(colour: string, opacity: number, ground: string): string {
  const [red, green, blue, alpha] = partsOf(colour);
  const under = partsOf(ground);
  const share = alpha * opacity;
  return hex([red, green, blue].map((part, k) => part * share + (under[k] ?? 0) * (1 - share)));
}

function partsOf(colour: string): [number, number, number, number] {
  if (colour.startsWith("#")) {
    const part = (at: number): number => Number.parseInt(colour.slice(at, at + 2), 16);
    return [part(1), part(3), part(5), 1];
  }
  const [red, green, blue, alpha] = (colour.match(/[\d.]+/g) ?? []).map(Number);
  return [red ?? 0, green ?? 0, blue ?? 0, alpha ?? 1];
}

function hex(parts: readonly number[]): string {
  return `#${parts.map((part) => Math.round(part).toString(16).padStart(2, "0")).join("")}`;
}

const WITHOUT_VALUE: Record<string, string> = {
  zero: NOTHING, missing: MISSING, suppressed: SUPPRESSED,
};

/** So many colours for the classes of areas, lowest first. */
export function sequentialRamp(classes: number): string[] {
  const stops = PALETTES[themeNow()].sequential;
  if (classes === 1) return [stops[stops.length >> 1] as string];
  return Array.from({ length: classes }, (_, k) => {
    const at = (k * (stops.length - 1)) / (classes - 1);
    const low = Math.floor(at);
    const a = partsOf(stops[low] as string);
    const b = partsOf(stops[Math.min(low + 1, stops.length - 1)] as string);
    return hex([0, 1, 2].map((part) => (a[part] ?? 0) + ((b[part] ?? 0) - (a[part] ?? 0)) * (at - low)));
  });
}

/** A class of a legend with its colour. */
export interface Swatch {
  label: string;
  colour: string;
  opacity?: number; // on the map; that of areas where there is none
  count: number | null;
  lower: number | null;
  upper: number | null;
}

/** The classes of a choropleth with their colours. */
export function intervalSwatches(legend: readonly LegendInterval[]): Swatch[] {
  const intervals = legend.filter((each) => each.kind === "interval");
  const ranked = [...intervals].sort((a, b) => (a.lower ?? -Infinity) - (b.lower ?? -Infinity));
  const ramp = sequentialRamp(ranked.length);
  return legend.map((each) => ({
    label: each.class,
    colour: each.kind === "interval"
      ? (ramp[ranked.indexOf(each)] as string)
      : (WITHOUT_VALUE[each.kind] ?? MISSING),
    count: each.areas ?? null,
    lower: each.kind === "interval" ? each.lower : null,
    upper: each.kind === "interval" ? each.upper : null,
  }));
}
