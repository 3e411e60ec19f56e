// Data quality: what of the records has a place, by category, month and file.

import { addressOf, incidentsOf, pathOf, type Parameters } from "../answers/addresses.ts";
import { ask, isAborted } from "../answers/api.ts";
import type { Dataset, Key, PageConfig, Row, Table } from "../answers/types.ts";
import { fill, h } from "../dom.ts";
import { publishedOf } from "../view/published.ts";
import type { View } from "../view/state.ts";
import { monthShort, periodWords } from "../words/months.ts";
import { capital } from "../words/words.ts";
import { formatOf } from "../words/digits.ts";

type Kind = "Category" | "Month" | "File";
interface Gap { name: string; records: number | null; unlocated: number | null; outside: number | null }

const WHOLE = formatOf([0]);
const SHARE = formatOf([0.1, 99]);

export class Quality {
  private key = "";
  private turn = new AbortController();

  constructor(private readonly place: HTMLElement, private readonly config: PageConfig) {}

  clear(): void {
    this.turn.abort();
    this.turn = new AbortController();
    this.key = "";
    fill(this.place);
  }

  /** Draws what is missing from a dataset and its period; nothing where that is drawn. */
  draw(view: View, dataset: Dataset): void {
    const addresses = this.questions(view, dataset);
    const key = JSON.stringify(addresses);
    if (key === this.key) return;
    this.clear();
    this.key = key;
    const { signal } = this.turn;
    const sections = addresses.map(([title]) => h("section", {}, h("h3", {}, title), h("p", { class: "soft" }, "Counting …")));
    fill(this.place, h("h2", {}, "Data quality"), ...sections);
    addresses.forEach(([title, address, kind], k) => {
      const section = sections[k];
      if (!section) return;
      ask<Table>(address, signal).then(
        (table) => fill(section, h("h3", {}, title), ...this.parts(kind, table, address)),
        (error: unknown) => {
          if (!isAborted(error)) fill(section, h("h3", {}, title), h("p", { class: "soft" }, error instanceof Error ? error.message : String(error)));
        });
    });
  }

  /** By category and by month of the period, in the coarsest areas; then the imports, file by file. */
  private questions(view: View, dataset: Dataset): [title: string, address: string, kind: Kind][] {
    const published = publishedOf(this.config, dataset.id);
    const layer = this.config.layers.find((each) => !published || published.layers.includes(each.id));
    const asked: [string, string, Kind][] = [];
    const period = periodWords(view.from, view.to);
    const gaps = (rows: string): string => {
      const parameters: Parameters = [
        ["rows", rows], ["columns", `layer:${layer?.id ?? ""}`], ["layout", "wide"], ...incidentsOf(view),
      ];
      return addressOf({ path: `v1/tables/${pathOf(dataset.id)}/crosstab`, parameters });
    };
    if (layer && published?.by_category !== false) asked.push([`By category, ${period}`, gaps("category"), "Category"]);
    if (layer) asked.push([`By ${published?.period ?? "month"}, ${period}`, gaps(published?.period ?? "month"), "Month"]);
    if (!published) asked.push(["All imports, file by file", `v1/datasets/${pathOf(dataset.id)}/quality`, "File"]);
    return asked;
  }

  private parts(kind: Kind, table: Table, address: string): HTMLElement[] {
    const gaps = kind !== "File" ? gapsOf(table.rows) : filesOf(table.rows);
    const words = kind === "File" ? table.sentences.map((each) => h("p", {}, each)) : [];
    const [path, parameters] = address.split("?");
    const file = h("p", { class: "files" }, h("a", { href: `${path}.xlsx${parameters ? `?${parameters}` : ""}`, download: true }, "spreadsheet"));
    return [...words, gapTable(gaps, kind), file];
  }
}

const number = (value: unknown): number | null => (typeof value === "number" ? value : null);

/** What of each row of a cross-table has no place; a cell that is not shown is not zero. */
function gapsOf(rows: readonly Row[]): Gap[] {
  const cell = (row: Row, key: string): number | null => number(row[key as Key]);
  const gaps = rows.map((row) => ({
    name: /^\d{4}-\d{2}$/.test(String(row.row)) ? monthShort(String(row.row)) : capital(String(row.row_name)),
    records: cell(row, "total"), unlocated: cell(row, "not located"), outside: cell(row, "outside"),
  }));
  const isOfMonths = rows.some((row) => /^\d{4}/.test(String(row.row)));
  const last = (gap: Gap): number => (/^(total|all )/i.test(gap.name) ? 1 : 0);
  return isOfMonths ? gaps : gaps.sort((a, b) => last(a) - last(b) || (b.unlocated ?? 0) - (a.unlocated ?? 0));
}

/** What of each imported file has no place. */
function filesOf(rows: readonly Row[]): Gap[] {
  const files = new Map<string, Gap>();
  for (const row of rows) {
    const name = row.file;
    if (typeof name !== "string") continue;
    const gap = files.get(name) ?? { name, records: null, unlocated: null, outside: null };
    if (row.finding === "imported" || (row.finding === "in the dataset" && gap.records === null)) gap.records = number(row.records);
    if (row.finding === "not located") gap.unlocated = number(row.records);
    files.set(name, gap);
  }
  return [...files.values()];
}

function gapTable(gaps: readonly Gap[], title: string): HTMLElement {
  const share = ({ records, unlocated }: Gap): string =>
    records === null || unlocated === null || records === 0 ? "–" : `${SHARE((100 * unlocated) / records)} %`;
  const hasOutside = gaps.some(({ outside }) => outside !== null);
  return h("div", { class: title === "File" ? "scroll wide" : "scroll", tabindex: "0", role: "group", "aria-label": `Without a place, ${title.toLowerCase()}` },
    h("table", {},
      h("thead", {}, h("tr", {}, ...[title, "Records", "No place", "Share", ...(hasOutside ? ["Outside"] : [])].map((words, k) =>
        h("th", { scope: "col", class: k > 0 ? "number" : "" }, words)))),
      h("tbody", {}, ...gaps.map((gap) => h("tr", {},
        h("th", { scope: "row" }, gap.name), h("td", { class: "number" }, WHOLE(gap.records)),
        h("td", { class: "number" }, WHOLE(gap.unlocated)), h("td", { class: "number" }, share(gap)),
        hasOutside && h("td", { class: "number" }, WHOLE(gap.outside)))))));
}
