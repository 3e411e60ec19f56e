// A small chart of months: SVG, with a table of the same numbers for who does not see it.

import type { TrendRow } from "../answers/types.ts";
import { h, s } from "../dom.ts";
import { monthNumber, monthShort, type Step } from "../words/months.ts";
import { SUPPRESSED_WORD, capital, numberWords } from "../words/words.ts";

const WIDTH = 320;
const HEIGHT = 96;
const BASE = HEIGHT - 16;
const TOP = 15;

/** The incidents of a step, that they are suppressed, or that there is no data: which is not zero. */
function countOrNone(row: TrendRow): string {
  if (row.count !== null) return numberWords(row.count);
  return row.days > 0 ? SUPPRESSED_WORD : "no data";
}

function rateWords(row: TrendRow): string {
  const [rate, lower, upper] = [row.rate, row.lower, row.upper].map((value) => value?.toFixed(2));
  return rate === undefined ? "–" : `${rate} (${lower} to ${upper})`;
}

/** Bars per month, or per longer step; those of the period are strong. */
export function monthlyChart(
  rows: readonly TrendRow[], from: string, to: string, title: string, unit: Step = "month",
): HTMLElement {
  const most = Math.max(1, ...rows.map((row) => row.count ?? 0));
  const step = WIDTH / Math.max(1, rows.length);
  const [first, last] = [monthNumber(from), monthNumber(to)];
  const bars = rows.map((row, k) => {
    const tall = ((BASE - TOP) * (row.count ?? 0)) / most;
    const month = monthNumber(row.month);
    const chosen = month >= first && month <= last;
    return s(
      "rect",
      {
        x: (k * step + step * 0.1).toFixed(2),
        y: (BASE - tall).toFixed(2),
        width: (step * 0.8).toFixed(2),
        height: tall.toFixed(2),
        class: chosen ? "bar bar-chosen" : "bar",
      },
      s("title", {}, `${monthShort(row.month)}: ${countOrNone(row)}`),
    );
  });
  const years = rows.flatMap((row, k) =>
    row.month.endsWith("-01")
      ? [s("text", { x: k * step, y: HEIGHT - 3, class: "tick" }, row.month.slice(0, 4))]
      : [],
  );
  const known = rows.flatMap((row) => (row.count === null ? [] : [row.count]));
  const total = known.reduce((sum, count) => sum + count, 0);
  const least = known.length < rows.length ? "at least " : "";
  const label = `${title}: ${least}${numberWords(total)} incidents from ${monthShort(
    rows[0]?.month ?? from)} to ${monthShort(rows.at(-1)?.month ?? to)}, at most ${numberWords(most)} a ${unit}`;
  const picture = s(
    "svg",
    { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": label, class: "chart" },
    s("line", { x1: 0, x2: WIDTH, y1: BASE, y2: BASE, class: "axis" }),
    ...bars,
    ...years,
    s("text", { x: WIDTH, y: TOP - 6, class: "tick tick-end" }, `${numberWords(most)} a ${unit} at most`),
  );
  const body = rows.map((row) =>
    h("tr", {}, h("th", { scope: "row" }, monthShort(row.month)),
      h("td", {}, countOrNone(row)),
      h("td", {}, rateWords(row))),
  );
  const table = h(
    "details", { class: "chart-table" },
    h("summary", {}, `${capital(unit)}s as a table`),
    h("div", { class: "scroll", tabindex: "0", role: "group", "aria-label": `${capital(unit)}s` },
      h("table", {},
        h("thead", {}, h("tr", {}, h("th", { scope: "col" }, capital(unit)),
          h("th", { scope: "col" }, "Incidents"),
          h("th", { scope: "col" }, "Per day (95 %)"))),
        h("tbody", {}, ...body))),
  );
  return h("figure", { class: "trend", "data-testid": "trend-chart" },
    h("figcaption", {}, title), picture as unknown as Node, table);
}
