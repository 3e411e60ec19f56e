// How many incidents of each category the period has, beside the choices.

import { addressOf, incidentsOf, pathOf } from "../answers/addresses.ts";
import { ask, isAborted } from "../answers/api.ts";
import type { PageConfig, Table } from "../answers/types.ts";
import { byId, debounced } from "../dom.ts";
import { datasetOf } from "../view/defaults.ts";
import { publishedOf } from "../view/published.ts";
import type { Store, View } from "../view/state.ts";
import { periodWords } from "../words/months.ts";
import { numberWords } from "../words/words.ts";

const PAUSE_MS = 150;

/** Keeps the numbers beside the categories those of the period and place that are looked at. */
export function countCategories(store: Store, config: PageConfig): void {
  let shown = "";
  let turn = new AbortController();

  async function draw(view: View): Promise<void> {
    const dataset = datasetOf(config, view.dataset);
    if (!dataset || publishedOf(config, view.dataset)?.by_category === false) return;
    const parameters = incidentsOf({ ...view, categories: [] });
    const address = addressOf({
      path: `v1/tables/${pathOf(dataset.id)}/breakdown`, parameters: [["by", "category"], ...parameters],
    });
    if (address === shown) return;
    shown = address;
    turn.abort();
    turn = new AbortController();
    try {
      const { rows } = await ask<Table>(address, turn.signal);
      write(new Map(rows.map((row) => [String(row.key), row.count])), periodWords(view.from, view.to));
    } catch (error) {
      if (isAborted(error)) return;
      shown = "";
      write(new Map(), ""); // better none than those of another period
    }
  }

  const soon = debounced(PAUSE_MS, draw);
  store.listen((now) => soon(now));
  soon(store.now);
}

function write(counts: ReadonlyMap<string, unknown>, period: string): void {
  const place = byId("categories");
  place.setAttribute("aria-label", period ? `Categories, with incidents of ${period}` : "Categories");
  for (const box of place.querySelectorAll<HTMLInputElement>("input")) {
    const number = box.parentElement?.querySelector(".number");
    if (number) number.textContent = counts.size > 0 ? numberWords(counts.get(box.value) ?? null) : "";
  }
}
