// The view in a sentence, and what it was computed from.

import type { Column } from "./answers.ts";
import { isOfSites } from "./answers.ts";
import { fill, h } from "./dom.ts";
import { periodWords } from "./months.ts";
import type { View } from "./state.ts";
import type { Dataset, Provenance, Row, Table } from "./types.ts";
import { MEASURE_UNITS, counted, listed, numberWords, plainTitle, textOf } from "./words.ts";

const NOTHING_TESTED = "No area is tested for more than chance: the notes say why.";

/** What was asked about: the dataset, or its categories. */
export function subjectWords(view: View, dataset: Dataset): string {
  const { categories } = view;
  if (categories.length === 0) return plainTitle(dataset.title);
  if (categories.length <= 3) return listed(categories);
  return `${counted(categories.length, "category", "categories")} of ${plainTitle(dataset.title)}`;
}

/** One or two sentences that say what the map shows. */
export function drawSummary(
  place: HTMLElement, view: View, dataset: Dataset, table: Table, sentence: string,
): string {
  const { counts } = table.provenance;
  const records = counts["records"] ?? 0;
  const lost = counts["not_located"] ?? counts["unlocated"] ?? 0;
  const what = subjectWords(view, dataset);
  const share = records > 0 && lost > 0
    ? ` (${numberWords(Math.round((100 * (records - lost)) / records))} % with a place)` : "";
  const begin = [
    h("strong", {}, `${what}, ${periodWords(view.from, view.to)}:`), ` ${counted(records, "incident")}${share}. `,
  ];
  const end = findings(view, table, sentence);
  fill(place, ...begin, end);
  return place.textContent;
}

function findings(view: View, table: Table, sentence: string): string {
  const { rows } = table;
  if (view.view === "heatmap") return sentence;
  if (view.view === "hotspots") {
    const classes = rows.map((row) => String(row.class));
    if (classes.every((name) => name === "not tested")) return NOTHING_TESTED;
    const hot = classes.filter((name) => name.startsWith("hot")).length;
    const cold = classes.filter((name) => name.startsWith("cold")).length;
    return `Of ${numberWords(rows.length)} areas ${hot} are hot and ${cold} cold beyond chance, at 90 % confidence or more.`;
  }
  if (view.view === "emerging") {
    const found = new Map<string, number>();
    for (const row of rows) {
      const name = String(row.category);
      if (name !== "no pattern detected") found.set(name, (found.get(name) ?? 0) + 1);
    }
    if (found.size === 1 && found.has("not tested")) return NOTHING_TESTED;
    if (found.size === 0) return "No area shows a pattern over time beyond chance.";
    return `${listed([...found].map(([name, count]) => counted(count, name)))}.`;
  }
  if (isOfSites(view)) {
    const homes = rows.reduce((sum, row) => sum + Number(row.homes_remaining ?? 0), 0);
    return `${counted(rows.length, "development site")} with ${numberWords(homes)} homes still to come.`;
  }
  if (view.view === "choropleth") {
    const known = rows.filter((row) => typeof row.value === "number");
    const top = known.reduce<Row | null>(
      (best, row) => (best && Number(best.value) >= Number(row.value) ? best : row), null);
    if (!top) return "";
    return `Highest: ${String(top.name)}, ${numberWords(top.value)} ${MEASURE_UNITS[view.measure] ?? ""}.`
      .replace("%", view.denominator.split(":")[0] ?? "");
  }
  if (view.growth === "priorities") {
    const count = (name: string): number => rows.filter((row) => row.priority === name).length;
    return `${counted(count("emerging"), "area")} emerging, ${count("preventing")} to prevent in, ${count("sustaining")} to sustain.`;
  }
  const expected = rows.reduce((sum, row) => sum + Number(row.expected ?? 0), 0);
  return `With the homes planned about ${numberWords(Math.round(expected))} incidents are expected in ${String(rows[0]?.year ?? "")}.`;
}

/** Method, sources, counts and notes of an answer. */
export function drawAbout(place: HTMLElement, provenance: Provenance, dataset: Dataset, address: string): void {
  const entries: [string, string][] = [
    ["Source", [dataset.source, dataset.licence].filter(Boolean).join(". ")],
    ["Method", methodWords(provenance.method)],
    ["Counts", Object.entries(provenance.counts)
      .map(([name, count]) => `${numberWords(count)} ${name.replaceAll("_", " ")}`).join(", ")],
    ["Notes", provenance.notes.join(" ")],
    ["Computed by", provenance.software],
  ];
  fill(place,
    h("dl", {}, ...entries.filter(([, words]) => words)
      .flatMap(([term, words]) => [h("dt", {}, term), h("dd", {}, words)])),
    h("p", {}, h("a", { href: address }, "This answer as JSON, with its provenance")));
}

function methodWords(method: Record<string, unknown>): string {
  const left = new Set(["legend", "name", "global", "categories", "steps", "run"]);
  const parts = Object.entries(method)
    .filter(([name, value]) => !left.has(name) && value !== null && typeof value !== "object")
    .map(([name, value]) => `${name.replaceAll("_", " ")} ${typeof value === "number" ? numberWords(value) : String(value)}`);
  return `${textOf(method["name"])}: ${parts.join("; ")}`;
}

/** What the table is of, for who cannot see it. */
export function captionWords(view: View, dataset: Dataset, columns: readonly Column[]): string {
  return `${subjectWords(view, dataset)}, ${periodWords(view.from, view.to)}: ${columns.map((c) => c.title).join(", ")}`;
}
