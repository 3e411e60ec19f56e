// What has changed between two periods: by how much, and whether by more than chance.

import { incidentsOf, pathOf, type Parameters, type Question } from "../answers/addresses.ts";
import type { Row, Table } from "../answers/types.ts";
import { HOT_COLD, MISSING, NOTHING, SUPPRESSED, type Swatch } from "../map/colours.ts";
import type { View } from "../view/state.ts";
import { SUPPRESSED_WORD, capital, isSuppressed, numberWords, probabilityWords } from "../words/words.ts";
import { NAME } from "./columns.ts";
import type { AreaColours, Column, Fact, ViewKind } from "./kind.ts";

/** At 90 % confidence, as the sentence of the answer counts them. */
const CALLED = 0.1;
const LOW_TO_HIGH = ["cold 99", "cold 95", "cold 90", "hot 90", "hot 95", "hot 99"] as const;

function question(view: View): Question {
  // How alike the two maps are by chance is not shown here, and takes seven times as long as the rest.
  const parameters: Parameters = [...incidentsOf(view), ["replicates", 0]];
  parameters.push(["baseline_from", view.before?.from ?? null], ["baseline_to", view.before?.to ?? null]);
  return { path: `v1/hotspots/${pathOf(view.dataset, view.layer)}/change`, parameters };
}

const numberOf = (value: unknown): number | null => (typeof value === "number" ? value : null);

/** Whether the incidents of an area changed by more than chance; null where it was not tested. */
export function isCalled(row: Row): boolean | null {
  const q = numberOf(row.q_value);
  return q === null ? null : q <= CALLED;
}

function signed(value: unknown): string {
  const difference = numberOf(value);
  if (difference === null) return numberWords(value);
  const size = Math.abs(difference);
  return `${difference > 0 ? "+" : difference < 0 ? "−" : ""}${numberWords(size < 10 ? size : Math.round(size))}`;
}

function ratioWords(row: Row): string {
  if (numberOf(row.ratio) === null) return "–";
  const [ratio, lower, upper] = [row.ratio, row.lower, row.upper].map((value) =>
    numberOf(value) === null ? "∞" : (numberOf(value) ?? 0).toFixed(2));
  return `${ratio} (${lower}–${upper})`;
}

function chanceWords(row: Row): string {
  if (isSuppressed(row)) return "Suppressed";
  const called = isCalled(row);
  if (called === null) return "Not tested";
  if (!called) return "No";
  return (numberOf(row.difference) ?? 0) > 0 ? "Yes, rose" : "Yes, fell";
}

/** The same where there is little room. */
const VERDICTS: Record<string, string> = { "Yes, rose": "rose", "Yes, fell": "fell", No: "chance" };

/** The interval may stand below its ratio, but in one piece. */
const RATIO: Column = {
  key: "ratio", title: "Times before, tested", kind: "text",
  words: (row) => `${ratioWords(row).replace("–", "–\u2060")} ${VERDICTS[chanceWords(row)] ?? chanceWords(row).toLowerCase()}`,
};

/** Three classes on either side of no change. */
interface Scale {
  sizeOf: (row: Row) => number | null; // below 0 where it fell
  bounds: readonly [low: number, high: number]; // of sizes
  words: readonly string[]; // of the classes, from the largest rise to the largest fall
  missing: string;
}

const colourAt = (step: number): string =>
  step === 0 ? NOTHING : (HOT_COLD[LOW_TO_HIGH[step < 0 ? step + 3 : step + 2] ?? ""] ?? MISSING);

/** From -3 to 3; 0 is no change. */
function stepOf({ sizeOf, bounds: [low, high] }: Scale, row: Row): number | null {
  const size = sizeOf(row);
  if (size === null) return null;
  const most = Math.abs(size);
  return Math.sign(size) * (most > high ? 3 : most > low ? 2 : 1);
}

function scaled(scale: Scale, table: Table, title: string, unit: string): AreaColours {
  const steps = table.rows.map((row) => stepOf(scale, row));
  const swatches = scale.words.map((label, k): Swatch => ({
    label, colour: colourAt(3 - k), count: steps.filter((step) => step === 3 - k).length, lower: null, upper: null,
  }));
  const of = (row: Row): string => {
    const step = stepOf(scale, row);
    return step === null ? MISSING : colourAt(step);
  };
  return withoutValue({ title, unit, swatches, of }, table, (row) => scale.sizeOf(row) === null, scale.missing);
}

/** Rows that have no class: suppressed, or without a value. */
function withoutValue(
  colours: AreaColours, table: Table, isMissing: (row: Row) => boolean, label = "Not tested",
): AreaColours {
  const hidden = table.rows.filter(isSuppressed).length;
  const missing = table.rows.filter((row) => !isSuppressed(row) && isMissing(row)).length;
  const swatches = [...colours.swatches];
  if (missing > 0) swatches.push({ label, colour: MISSING, count: missing, lower: null, upper: null });
  if (hidden > 0) swatches.push({ label: SUPPRESSED_WORD, colour: SUPPRESSED, count: hidden, lower: null, upper: null });
  return { ...colours, swatches, of: (row) => (isSuppressed(row) ? SUPPRESSED : colours.of(row)) };
}

/** 1, 2 or 5 with noughts, at most this; 1 at least. */
function roundBelow(value: number): number {
  const tens = 10 ** Math.floor(Math.log10(Math.max(1, value)));
  return (value >= 5 * tens ? 5 : value >= 2 * tens ? 2 : 1) * tens;
}

function differenceScale(table: Table): Scale {
  const sizes = table.rows.map((row) => Math.abs(numberOf(row.difference) ?? 0)).filter((size) => size > 0);
  sizes.sort((a, b) => a - b);
  const low = roundBelow(sizes[Math.floor(0.6 * sizes.length)] ?? 1);
  const high = Math.max(2 * low, roundBelow(sizes[Math.floor(0.93 * sizes.length)] ?? 2));
  // Where the periods are as long differences are whole numbers, and their classes are named so.
  const isWhole = table.rows.every((row) => Number.isInteger(numberOf(row.difference) ?? 0));
  const [until, over] = [numberWords(low), numberWords(high)];
  const whole = [low + 1 < high ? `${numberWords(low + 1)} to ${over}` : over, low > 1 ? `1 to ${until}` : "1"];
  const words = [`Over ${over}`, ...(isWhole ? whole : [`Over ${until} to ${over}`, `Up to ${until}`])];
  return {
    sizeOf: (row) => numberOf(row.difference), bounds: [low, high], missing: "No value",
    words: [...words.map((each) => `${each} more`), "No difference", ...words.map((each) => `${each} fewer`).reverse()],
  };
}

const RATIO_SCALE: Scale = {
  sizeOf: (row) => {
    const ratio = numberOf(row.ratio);
    return ratio === null ? null : Math.log(ratio);
  },
  bounds: [Math.log(1.25), Math.log(2)],
  missing: "None before to compare with",
  words: [
    "Over twice the rate", "Over 1.25 times to twice", "Up to 1.25 times", "The same rate", "Down to 0.8 times",
    "Under 0.8 times to half", "Under half the rate",
  ],
};

function chanceColours(table: Table): AreaColours {
  const classes = [
    ["Rose by more than chance", HOT_COLD["hot 99"] ?? MISSING, "Yes, rose"],
    ["Fell by more than chance", HOT_COLD["cold 99"] ?? MISSING, "Yes, fell"],
    ["No more than chance", NOTHING, "No"],
  ] as const;
  const swatches = classes.map(([label, colour, words]): Swatch => ({
    label, colour, lower: null, upper: null,
    count: table.rows.filter((row) => chanceWords(row) === words).length,
  }));
  const of = (row: Row): string =>
    classes.find(([, , words]) => words === chanceWords(row))?.[1] ?? MISSING;
  const unit = "at 90 % confidence, false discovery rate controlled";
  return withoutValue({ title: "More than chance", unit, swatches, of }, table, (row) => isCalled(row) === null);
}

function colours(view: View, table: Table): AreaColours {
  if (view.choices.change === "chance") return chanceColours(table);
  if (view.choices.change === "ratio") return scaled(RATIO_SCALE, table, "Times the earlier rate", "incidents per day covered");
  return scaled(differenceScale(table), table, "Difference in incidents", unitOf(table));
}

/** Where the periods differ in length the earlier counts are taken to the later one. */
function unitOf(table: Table): string {
  const { days_before: before, days_after: after } = table.provenance.method;
  return before === after ? "later less earlier period" : "later less what the earlier rate would give";
}

function facts(row: Row): Fact[] {
  const list: Fact[] = [
    ["Incidents, earlier", numberWords(row.count_before)], ["Incidents, later", numberWords(row.count_after)],
    ["Difference", signed(row.difference)], ["Ratio of the rates, 95 % interval", ratioWords(row)],
    ["More than chance", chanceWords(row)],
    ["p, E-test", probabilityWords(row.p_value)], ["q, false discovery rate", probabilityWords(row.q_value)],
  ];
  for (const [name, value] of [["Before", row.class_before], ["After", row.class_after]] as const) {
    if (typeof value === "string") list.push([`Hot or cold, ${name.toLowerCase()}`, capital(value)]);
  }
  return isSuppressed(row) ? [["Incidents", "suppressed: too few to be shown"]] : list;
}

export const CHANGE: ViewKind = {
  name: "change",
  title: "Change",
  hint: "What has changed between two periods, and is it more than chance?",
  hasGrids: true,
  isHeat: false,
  measures: null,
  compared: null,
  choices: ["change"],
  fields: () => ["layer", "sites", "compare"],
  rows: () => "areas",
  question,
  columns: () => [
    NAME,
    { key: "difference", title: "Change", kind: "number", words: (row) => signed(row.difference) },
    RATIO,
  ],
  colours,
  emphasis: (view) => view.choices.change === "chance" ? null
    : { is: (row) => isCalled(row) === true, words: "Outlined: more than chance, at 90 % confidence." },
  sort: () => "",
  sentences: (table) => table.sentences,
  tip: (_, row) => [
    isSuppressed(row) ? "Suppressed"
      : `${signed(row.difference)}: ${numberWords(row.count_before)}, then ${numberWords(row.count_after)}`,
    chanceWords(row).startsWith("Yes") ? "more than chance" : "no more than chance",
  ],
  facts: (_, row) => facts(row),
};
