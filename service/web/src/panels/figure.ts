// A chart of the service in the page: its drawing, its numbers as a table, and its files.

import { addressOf } from "../answers/addresses.ts";
import { ask, isAborted, picture } from "../answers/api.ts";
import type { Cell, Row, Table } from "../answers/types.ts";
import { fill, h } from "../dom.ts";
import type { ChartQuestion } from "../views/charts.ts";
import { formatOf } from "../words/digits.ts";
import { monthShort } from "../words/months.ts";
import { SUPPRESSED_WORD, capital } from "../words/words.ts";

const FILES = [["xlsx", "spreadsheet"], ["csv", "CSV"], ["png", "PNG"], ["svg", "SVG"]] as const;

/** A place for a chart, filled by `drawFigure`. */
export function emptyFigure({ id, title, isClosed }: ChartQuestion): HTMLElement {
  const heading = h("h3", {}, title);
  const drawing = h("div", { class: "drawing" }, h("p", { class: "soft" }, "Drawing …"));
  return h("figure", { class: "figure", "data-testid": `chart-${id.replace(/^attribute:/, "")}` },
    ...(isClosed ? [h("details", {}, h("summary", {}, heading), drawing)] : [h("figcaption", {}, heading), drawing]));
}

/** Draws a chart where there is room for it; what the service refuses stands there in its words. */
export async function drawFigure(place: HTMLElement, chart: ChartQuestion, signal: AbortSignal): Promise<void> {
  const drawing = place.querySelector(".drawing");
  const details = place.querySelector("details");
  if (!drawing) return;
  if (details && !details.open) {
    details.addEventListener("toggle", () => void drawFigure(place, chart, signal), { once: true });
    return;
  }
  drawing.setAttribute("aria-busy", "true");
  try {
    const svg = await picture(addressOf(chart.question, ".narrow.svg"), signal);
    if (signal.aborted) return;
    fill(drawing, svg);
    drawing.after(tableOf(chart, signal), filesOf(chart));
  } catch (error) {
    if (isAborted(error) || signal.aborted) return;
    fill(drawing, h("p", { class: "soft" }, error instanceof Error ? error.message : String(error)));
  } finally {
    drawing.removeAttribute("aria-busy");
  }
}

function filesOf(chart: ChartQuestion): HTMLElement {
  const links = FILES.flatMap(([suffix, words]) => [" ",
    h("a", { href: addressOf(chart.question, `.${suffix}`), download: true, "aria-label": `${chart.title}: ${words}` }, words)]);
  return h("p", { class: "files" }, ...links);
}

/** The numbers of a chart, asked for when they are opened. */
function tableOf(chart: ChartQuestion, signal: AbortSignal): HTMLElement {
  const place = h("div", { class: "scroll", tabindex: "0", role: "group", "aria-label": `${chart.title}, as a table` });
  const details = h("details", { class: "chart-table" }, h("summary", {}, "As a table"), place);
  let isAsked = false;
  details.addEventListener("toggle", () => {
    if (isAsked || !details.open) return;
    isAsked = true;
    ask<Table>(addressOf(chart.question), signal).then(
      ({ rows }) => fill(place, rowsTable(rows, chart.columns)),
      (error: unknown) => { if (!isAborted(error)) fill(place, error instanceof Error ? error.message : String(error)); },
    );
  });
  return details;
}

/** Rows as a table with headings, its first text column naming them; columns nobody has are left out. */
export function rowsTable(rows: readonly Row[], wanted: ChartQuestion["columns"]): HTMLElement {
  const isIn = (key: string, kind: string): boolean => rows.some((row) => typeof cellOf(row, key) === kind);
  const columns = wanted.filter(([key]) => rows.some((row) => cellOf(row, key) !== undefined));
  const formats = new Map(columns.map(([key]) => [key, formatOf(rows.map((row) => cellOf(row, key)))]));
  const heading = columns.find(([key]) => isIn(key, "string"))?.[0];
  const isNumber = (key: string): boolean => isIn(key, "number");
  const cells = (row: Row): HTMLElement[] => columns.map(([key]) => {
    const value = cellOf(row, key);
    const words = typeof value === "string"
      ? (key === "month" ? monthWordsOf(value) : capital(value))
      : value === null && key === "count" ? gapOf(row) : (formats.get(key)?.(value) ?? "");
    return key === heading ? h("th", { scope: "row" }, words) : h("td", { class: isNumber(key) ? "number" : "" }, words);
  });
  return h("table", {},
    h("thead", {}, h("tr", {}, ...columns.map(([key, title]) =>
      h("th", { scope: "col", class: isNumber(key) ? "number" : "" }, title)))),
    h("tbody", {}, ...rows.map((row) => h("tr", {}, ...cells(row)))));
}

/** A cell of a row; the days of a week are columns that no other table has. */
function cellOf(row: Row, key: string): Cell | undefined {
  return (row as Readonly<Record<string, Cell | undefined>>)[key];
}

/** Why there is no count: no data, or one that is suppressed; neither is zero. */
function gapOf(row: Row): string {
  return row.days === 0 ? "no data" : SUPPRESSED_WORD;
}

function monthWordsOf(value: string): string {
  return /^\d{4}-\d{2}/.test(value) ? monthShort(value) : value;
}
