// Colours of classes: the ramps and categories that the service's own pictures have.

import type { LegendInterval } from "../answers/types.ts";

/** ColorBrewer's YlGnBu, light to dark: values of areas. */
const SEQUENTIAL = [
  "#ffffd9", "#edf8b1", "#c7e9b4", "#7fcdbb", "#41b6c4", "#1d91c0", "#225ea8", "#253494", "#081d58",
];

export const NOTHING = "rgba(128,128,128,0.10)"; // zero, or not more than chance: the ground shows
export const MISSING = "#bdbdbd";
export const SUPPRESSED = "#8d8d99"; // hatched besides: not a class of values

export const HOT_COLD: Record<string, string> = {
  "hot 99": "#b2182b",
  "hot 95": "#ef8a62",
  "hot 90": "#fddbc7",
  "not significant": NOTHING,
  "cold 90": "#d1e5f0",
  "cold 95": "#67a9cf",
  "cold 99": "#2166ac",
  "not tested": MISSING,
  suppressed: SUPPRESSED,
};

export const EMERGING: Record<string, string> = {
  "intensifying hot spot": "#67001f",
  "persistent hot spot": "#b2182b",
  "consecutive hot spot": "#d6604d",
  "new hot spot": "#ff7f00",
  "diminishing hot spot": "#f4a582",
  "sporadic hot spot": "#fdbf6f",
  "oscillating hot spot": "#fddbc7",
  "historical hot spot": "#d3bfa8",
  "intensifying cold spot": "#053061",
  "persistent cold spot": "#2166ac",
  "consecutive cold spot": "#4393c3",
  "new cold spot": "#00a0a8",
  "diminishing cold spot": "#92c5de",
  "sporadic cold spot": "#a6dcd8",
  "oscillating cold spot": "#d1e5f0",
  "historical cold spot": "#a9b4c4",
  "no pattern detected": NOTHING,
  "not tested": MISSING,
  suppressed: SUPPRESSED,
};

export const COMPLETION: Record<string, string> = {
  "not started": "#d55e00",
  "under way": "#56b4e9",
  complete: "#004d73",
  "completions unknown": MISSING,
};

export const PRIORITIES: Record<string, string> = {
  emerging: "#d55e00",
  preventing: "#f0e442",
  sustaining: "#0072b2",
  none: NOTHING,
  suppressed: SUPPRESSED,
};

export const CLUSTERS: Record<string, string> = {
  "more than chance": "#b2182b",
  "not more than chance": "#92c5de",
  "not tested": "#555555",
};

const WITHOUT_VALUE: Record<string, string> = {
  zero: NOTHING, missing: MISSING, suppressed: SUPPRESSED,
};

/** So many colours for the classes of areas, lowest first. */
export function sequentialRamp(classes: number): string[] {
  if (classes === 1) return [SEQUENTIAL[4] as string];
  return Array.from({ length: classes }, (_, k) => {
    const at = (k * (SEQUENTIAL.length - 1)) / (classes - 1);
    const low = Math.floor(at);
    const a = SEQUENTIAL[low] as string;
    const b = SEQUENTIAL[Math.min(low + 1, SEQUENTIAL.length - 1)] as string;
    return mixed(a, b, at - low);
  });
}

function mixed(a: string, b: string, share: number): string {
  const part = (at: number): string => {
    const from = Number.parseInt(a.slice(at, at + 2), 16);
    const to = Number.parseInt(b.slice(at, at + 2), 16);
    return Math.round(from + (to - from) * share).toString(16).padStart(2, "0");
  };
  return `#${part(1)}${part(3)}${part(5)}`;
}

/** A class of a legend with its colour. */
export interface Swatch {
  label: string;
  colour: string;
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
