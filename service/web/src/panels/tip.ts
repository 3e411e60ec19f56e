// A few words at the pointer about what is under it.

import type { Row } from "../answers/types.ts";
import { fill, h } from "../dom.ts";
import type { Pointed } from "../map/pane.ts";
import type { View } from "../view/state.ts";
import { completion } from "../views/growth.ts";
import type { AreaColours } from "../views/kind.ts";
import { isOfSites, kindOf } from "../views/registry.ts";
import { COMPLETION_WORDS, capital, counted, isSuppressed, numberWords, textOf } from "../words/words.ts";

interface Known {
  rows: Map<string, Row>;
  colours: AreaColours | null;
}

export class Tip {
  private drawn = "";

  constructor(private readonly place: HTMLElement, private readonly around: HTMLElement) {}

  /** Shows the tip for an area or a site, or takes it away. */
  show(pointed: Pointed | null, known: Known | null, view: View, isBefore: boolean, x: number, y: number): void {
    if (!pointed || !known) {
      this.place.hidden = true;
      this.drawn = "";
      return;
    }
    const row = known.rows.get(pointed.code);
    const key = `${pointed.code} ${isBefore} ${JSON.stringify(row ?? null)}`;
    if (key !== this.drawn) {
      this.drawn = key;
      fill(this.place, h("b", {}, pointed.name), lines(pointed, row, view, isBefore));
    }
    this.place.hidden = false;
    const { offsetWidth, offsetHeight } = this.place;
    const left = x + 16 + offsetWidth > this.around.clientWidth ? x - offsetWidth - 12 : x + 16;
    const top = y + 16 + offsetHeight > this.around.clientHeight ? y - offsetHeight - 12 : y + 16;
    this.place.style.transform = `translate(${Math.max(0, left)}px, ${Math.max(0, top)}px)`;
  }
}

function lines(pointed: Pointed, row: Row | undefined, view: View, isBefore: boolean): string {
  if (!row) return pointed.kind === "site" ? "Development site" : "No numbers here";
  if (pointed.kind === "site") {
    const near = isOfSites(view) ? ` · ${counted(row.incidents_within, "incident")} near` : "";
    return `${numberWords(row.homes_remaining)} homes to come · ${COMPLETION_WORDS[completion(row)] ?? ""}${near}`;
  }
  if (isBefore) return `${textOf(row.before, numberWords(row.before))} in the earlier period`;
  if (isSuppressed(row)) return "Suppressed: too few incidents to be shown";
  const count = counted(row.count, "incident");
  const parts = "count" in row ? [count] : [];
  parts.unshift(...kindOf(view).tip(view, row));
  if ("priority" in row) parts.unshift(capital(String(row.priority)));
  if ("expected" in row) parts.unshift(`${numberWords(row.expected)} expected in ${String(row.year)}`);
  return parts.join(" · ");
}
