// Every word and number format of the page.

import type { Row } from "../answers/types.ts";

const WHOLE = new Intl.NumberFormat("en-GB", { maximumFractionDigits: 0 });
const LARGE = new Intl.NumberFormat("en-GB", { maximumFractionDigits: 1 });
const SMALL = new Intl.NumberFormat("en-GB", { maximumSignificantDigits: 3 });

/** A number with thousands separators, to the digits that are worth reading; "–" for none. */
export function numberWords(value: unknown): string {
  if (typeof value !== "number" || !Number.isFinite(value)) return "–";
  if (Number.isInteger(value)) return WHOLE.format(value);
  if (Math.abs(value) >= 1000) return WHOLE.format(value);
  return Math.abs(value) >= 10 ? LARGE.format(value) : SMALL.format(value);
}

/** The key of what has no hour, day or value in a table. */
export const NOT_RECORDED = "not recorded";
export const SUPPRESSED_WORD = "suppressed";

/** Whether the numbers of a row are too small to be shown to who asks. */
export function isSuppressed(row: Row): boolean {
  return [row.class, row.category, row.priority].includes(SUPPRESSED_WORD);
}

/** The number in a column of a row, or that it is suppressed. */
export function cellWords(row: Row, value: unknown): string {
  return isSuppressed(row) && (value === null || value === undefined) ? SUPPRESSED_WORD : numberWords(value);
}

/** A text of an answer; what to say where there is none. */
export function textOf(value: unknown, otherwise = ""): string {
  return typeof value === "string" ? value : otherwise;
}

/** A p or q value as papers print it. */
export function probabilityWords(value: unknown): string {
  if (typeof value !== "number" || !Number.isFinite(value)) return "–";
  return value < 0.001 ? "< 0.001" : value.toFixed(3);
}

/** "3 areas"; a number that is missing is not 0. */
export function counted(count: unknown, one: string, many = `${one}s`): string {
  if (typeof count !== "number" || !Number.isFinite(count)) return `number of ${many} not known`;
  return `${WHOLE.format(count)} ${count === 1 ? one : many}`;
}

/** "a, b and c". */
export function listed(words: readonly string[]): string {
  if (words.length < 2) return words.join("");
  return `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
}

export function capital(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** A title without the mark that stands beside it anyway. */
export function plainTitle(title: string): string {
  return title.replace(/\s*\(synthetic\)\s*$/i, "");
}

export const MEASURE_WORDS: Record<string, string> = {
  count: "Number of incidents",
  rate: "Rate a year per 1,000",
  density: "Incidents per km² a year",
  share: "Share of all, per cent",
  smoothed: "Smoothed rate a year per 1,000",
  "smoothed-local": "Rate a year, smoothed by neighbours, per 1,000",
  ratio: "Observed to expected",
};

export const MEASURES = Object.keys(MEASURE_WORDS);
export const HOTSPOT_MEASURES = ["count", "rate", "density"];
/** Measures that the page asks for per year, so that periods of any length compare. */
export const PER_YEAR = new Set(["rate", "density", "smoothed", "smoothed-local"]);
export const OVER_DENOMINATOR = new Set(["rate", "smoothed", "smoothed-local", "ratio"]);

/** Ways to divide values into classes, the most useful first. */
export const SCHEME_WORDS: Record<string, string> = {
  "natural-breaks": "Natural breaks",
  quantiles: "Equal numbers of areas",
  "head-tail": "Above the mean, and again",
  "equal-intervals": "Equal steps",
  pretty: "Round numbers",
  "standard-deviation": "Standard deviations",
  "box-plot": "Quarters, outliers apart",
};

export const HOT_COLD_WORDS: Record<string, string> = {
  "hot 99": "Hot, 99 % confidence",
  "hot 95": "Hot, 95 %",
  "hot 90": "Hot, 90 %",
  "not significant": "Not significant",
  "cold 90": "Cold, 90 %",
  "cold 95": "Cold, 95 %",
  "cold 99": "Cold, 99 % confidence",
  "not tested": "Not tested",
  suppressed: "Suppressed",
};

/** The same where there is little room. */
export const HOT_COLD_SHORT: Record<string, string> = {
  "hot 99": "Hot 99 %",
  "hot 95": "Hot 95 %",
  "hot 90": "Hot 90 %",
  "not significant": "Not sig.",
  "cold 90": "Cold 90 %",
  "cold 95": "Cold 95 %",
  "cold 99": "Cold 99 %",
  "not tested": "Not tested",
};

export const EMERGING_SHORT: Record<string, string> = { "no pattern detected": "No pattern" };

export const COMPLETION_WORDS: Record<string, string> = {
  "not started": "Not started",
  "under way": "Under way",
  complete: "Complete",
  "completions unknown": "Completions unknown",
};

/** The name of a layer's areas, short: what stands before "of the ..." in its title. */
export function layerWords(title: string): string {
  return plainTitle(title).replace(/ of the demonstration county$/, "");
}
