// Charts beside the map: of what the map shows, or of the area that is selected.

import type { Dataset, PageConfig } from "../answers/types.ts";
import { fill, h } from "../dom.ts";
import type { View } from "../view/state.ts";
import { chartsOf } from "../views/charts.ts";
import { kindOf } from "../views/registry.ts";
import { periodWords } from "../words/months.ts";
import { drawFigure, emptyFigure } from "./figure.ts";
import { subjectWords } from "./summary.ts";

export class Charts {
  private key = "";
  private turn = new AbortController();

  constructor(
    private readonly place: HTMLElement,
    private readonly config: PageConfig,
    private readonly showAll: () => void,
  ) {}

  /** Draws the charts of a view, one after the other; nothing where they are the same. */
  draw(view: View, dataset: Dataset, name: string): void {
    const area = view.area && kindOf(view).rows(view) === "areas" ? `${view.layer}:${view.area}` : "";
    const charts = chartsOf(view, this.config, dataset, area);
    const key = JSON.stringify([charts, name]);
    if (key === this.key) return;
    this.clear();
    this.key = key;
    const { signal } = this.turn;
    const figures = charts.map((chart) => emptyFigure(chart));
    fill(this.place, this.heading(view, dataset, area ? name || view.area : ""), ...figures);
    void this.fillAll(figures, charts, signal);
  }

  clear(): void {
    this.turn.abort();
    this.turn = new AbortController();
    this.key = "";
    fill(this.place);
  }

  private async fillAll(
    figures: readonly HTMLElement[], charts: ReturnType<typeof chartsOf>, signal: AbortSignal,
  ): Promise<void> {
    for (const [k, figure] of figures.entries()) {
      const chart = charts[k];
      if (signal.aborted || !chart) return;
      await drawFigure(figure, chart, signal);
    }
    if (!signal.aborted) this.place.dataset["drawn"] = String(Number(this.place.dataset["drawn"] ?? 0) + 1);
  }

  private heading(view: View, dataset: Dataset, name: string): HTMLElement {
    const words = `${subjectWords(view, dataset)}, ${periodWords(view.from, view.to)}; trends of ${
      dataset.from && dataset.to ? periodWords(dataset.from, dataset.to) : "all months"}`;
    const all = h("button", { type: "button", class: "quiet", "data-testid": "charts-all" }, "Show all areas");
    all.addEventListener("click", this.showAll);
    return h("div", { class: "charts-head" },
      h("h2", {}, name ? `Charts of ${name}` : "Charts"),
      h("p", { class: "soft" }, words), name && all);
  }
}
