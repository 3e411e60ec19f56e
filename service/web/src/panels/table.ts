// The ranked table beside the map: sorted by any column, linked with the map both ways.

import type { Key, Row } from "../answers/types.ts";
import { fill, h } from "../dom.ts";
import { codeOf } from "../views/columns.ts";
import type { AreaColours, Column } from "../views/kind.ts";
import { formatOf } from "../words/digits.ts";
import { capital, isSuppressed } from "../words/words.ts";
import { helpLine } from "./help.ts";
import { patchOf } from "./legend.ts";

type Format = ReturnType<typeof formatOf>;

const FIRST = 60; // rows drawn at once; the rest follow when asked for

export interface TableEvents {
  hover: (code: string) => void;
  select: (code: string) => void;
  sort: (column: string) => void;
}

export interface TableContent {
  rows: readonly Row[];
  columns: readonly Column[];
  colours: AreaColours | null;
  sort: string;
  caption: string;
}

/** The rows in the order that a column and a direction give; as answered where there is none, and
    what is suppressed last. */
export function sorted(rows: readonly Row[], sort: string): Row[] {
  const key = sort.replace(/^-/, "") as Key | ""; // of an address: where no row has it none moves
  if (!key) return [...rows].sort((a, b) => Number(isSuppressed(a)) - Number(isSuppressed(b)));
  const sign = sort.startsWith("-") ? -1 : 1;
  return [...rows].sort((a, b) => {
    const [x, y] = [a[key], b[key]];
    if (typeof x === "number" && typeof y === "number") return sign * (x - y);
    if (typeof x === "number") return -1; // what has no value stands last, either way
    if (typeof y === "number") return 1;
    return sign * String(x ?? "").localeCompare(String(y ?? ""), "en", { numeric: true });
  });
}

export class RankedTable {
  private rows = new Map<string, HTMLTableRowElement>();
  private selected = "";
  private hovered = "";
  private content: TableContent | null = null;
  private shown = FIRST;

  constructor(private readonly place: HTMLElement, private readonly events: TableEvents) {
    place.addEventListener("pointerover", (event) => this.events.hover(this.codeAt(event)));
    place.addEventListener("pointerleave", () => this.events.hover(""));
    place.addEventListener("focusin", (event) => this.events.hover(this.codeAt(event)));
    place.addEventListener("click", (event) => this.clicked(event));
  }

  private codeAt(event: Event): string {
    return (event.target as Element).closest<HTMLElement>("tr[data-code]")?.dataset["code"] ?? "";
  }

  private clicked(event: Event): void {
    const sort = (event.target as Element).closest<HTMLElement>("button[data-sort]");
    if (sort) {
      this.events.sort(sort.dataset["sort"] ?? "");
      this.place.querySelector<HTMLElement>(`button[data-key="${sort.dataset["key"]}"]`)?.focus();
      return;
    }
    if ((event.target as Element).closest("button.more")) {
      this.shown = Infinity;
      if (this.content) this.draw(this.content);
      return;
    }
    const code = this.codeAt(event);
    if (code) this.events.select(code);
  }

  /** Shows rows; the place scrolled to and the marks stay. */
  draw(content: TableContent): void {
    this.content = content;
    this.rows.clear();
    const rows = sorted(content.rows, content.sort);
    const body = h("tbody");
    const formats = content.columns.map((column) =>
      column.isPlain ? formatOf(content.rows.map((row) => row[column.key])) : null);
    const pinned = rows.findIndex((row) => codeOf(row) === this.selected);
    rows.forEach((row, k) => {
      if (k >= this.shown && k !== pinned) return;
      const code = codeOf(row);
      const made = this.row(row, code, k + 1, content, formats);
      this.rows.set(code, made);
      body.append(made);
    });
    const head = h("thead", {}, h("tr", {}, h("th", { scope: "col", class: "rank" }, "#"),
      ...content.columns.map((column) => this.heading(column, content.sort))));
    const hidden = rows.length - this.rows.size;
    const more = hidden > 0
      ? h("button", { type: "button", class: "more", "data-testid": "table-more" }, `Show all ${rows.length}`)
      : null;
    fill(this.place, helpLine(content.columns.map((column) => column.title)), h("table", { "data-testid": "ranked-table" },
      h("caption", {}, content.caption), head, body), more);
  }

  private heading(column: Column, sort: string): HTMLElement {
    const key = sort.replace(/^-/, "");
    const direction = key !== column.key ? "none" : sort.startsWith("-") ? "descending" : "ascending";
    const highFirst = column.kind === "number";
    const next = direction === "none"
      ? (highFirst ? `-${column.key}` : column.key)
      : direction === "descending" ? column.key : `-${column.key}`;
    const arrow = { none: "", descending: " ↓", ascending: " ↑" }[direction];
    return h("th", { scope: "col", class: column.kind, "aria-sort": direction },
      h("button", { type: "button", "data-sort": next, "data-key": column.key },
        column.title, h("span", { "aria-hidden": "true" }, arrow)));
  }

  private row(
    row: Row, code: string, rank: number, content: TableContent, formats: readonly (Format | null)[],
  ): HTMLTableRowElement {
    const isSaid = isSuppressed(row) && content.columns.some((column) => column.kind === "swatch");
    const cells = content.columns.map((column, k) => {
      const value = row[column.key];
      const format = typeof value === "number" ? formats[k] : null;
      const words = isSaid && column.kind === "number" ? "–" : format ? format(value) : column.words(row);
      if (column.kind === "name") {
        return h("th", { scope: "row", class: "name" }, h("button", { type: "button" }, words));
      }
      if (column.kind === "run") return h("td", { class: "run" }, this.run(words));
      if (column.kind !== "swatch" || !content.colours) return h("td", { class: column.kind }, words);
      return h("td", { class: "swatch" }, patchOf(content.colours.of(row), content.colours.opacity), capital(words.replace(/ confidence$/, "")));
    });
    const made = h("tr", { "data-code": code }, h("td", { class: "rank" }, rank), ...cells);
    if (code === this.selected) made.setAttribute("aria-current", "true");
    if (code === this.hovered) made.classList.add("hover");
    return made;
  }

  /** Hot, cold and neither, step by step, as a strip. */
  private run(steps: string): HTMLElement {
    const hot = steps.split("H").length - 1;
    const cold = steps.split("C").length - 1;
    const strip = h("span", {
      class: "strip", role: "img", "aria-label": `${hot} of ${steps.length} steps hot, ${cold} cold`,
    });
    for (const step of steps.slice(-24)) {
      strip.append(h("i", { class: step === "H" ? "hot" : step === "C" ? "cold" : "neither" }));
    }
    return strip;
  }

  hover(code: string): void {
    if (code === this.hovered) return;
    this.rows.get(this.hovered)?.classList.remove("hover");
    this.hovered = code;
    this.rows.get(code)?.classList.add("hover");
  }

  /** Marks the row of an area and brings it into view. */
  select(code: string, options: { scroll: boolean }): void {
    this.rows.get(this.selected)?.removeAttribute("aria-current");
    this.selected = code;
    if (code && !this.rows.has(code) && this.content) this.draw(this.content);
    const row = this.rows.get(code);
    row?.setAttribute("aria-current", "true");
    if (row && options.scroll) row.scrollIntoView({ block: "nearest" });
  }
}
