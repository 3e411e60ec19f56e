// The panel beside the map: numbers, charts, data quality, and what it was computed from.

import type { PageConfig } from "../answers/types.ts";
import { byId } from "../dom.ts";
import { datasetOf } from "../view/defaults.ts";
import { PANELS, type PanelName, type Store, type View } from "../view/state.ts";
import { Charts } from "./charts.ts";
import { Quality } from "./quality.ts";

const PAUSE_MS = 250; // of changes, before charts are asked for

export class Tabs {
  private readonly tabs = new Map<PanelName, HTMLElement>();
  private readonly charts: Charts;
  private readonly quality: Quality;
  private timer: number | undefined;

  constructor(
    private readonly store: Store,
    private readonly config: PageConfig,
    private readonly nameOf: (code: string) => string,
  ) {
    this.charts = new Charts(byId("panel-charts"), config, () => store.set({ area: "" }));
    this.quality = new Quality(byId("panel-quality"), config);
    for (const name of PANELS) {
      const tab = byId(`tab-${name}`);
      this.tabs.set(name, tab);
      tab.addEventListener("click", () => store.set({ panel: name }));
    }
    byId("tabs").addEventListener("keydown", (event) => this.move(event));
    store.listen((now) => this.draw(now));
    this.draw(store.now);
  }

  private move(event: KeyboardEvent): void {
    const step = { ArrowRight: 1, ArrowLeft: -1, Home: -Infinity, End: Infinity }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const last = PANELS.length - 1;
    const at = PANELS.indexOf(this.store.now.panel) + step;
    const next = PANELS[at < 0 ? (Number.isFinite(step) ? last : 0) : at > last ? (Number.isFinite(step) ? 0 : last) : at];
    if (!next) return;
    this.store.set({ panel: next });
    this.tabs.get(next)?.focus();
  }

  /** Shows the chosen panel; charts and quality are asked for only where they are seen. */
  draw(view: View): void {
    for (const [name, tab] of this.tabs) {
      const isChosen = name === view.panel;
      tab.setAttribute("aria-selected", String(isChosen));
      tab.tabIndex = isChosen ? 0 : -1;
      byId(`panel-${name}`).hidden = !isChosen;
    }
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => this.ask(view), PAUSE_MS);
  }

  private ask(view: View): void {
    const dataset = datasetOf(this.config, view.dataset);
    if (view.panel !== "charts") this.charts.clear();
    if (view.panel !== "quality") this.quality.clear();
    if (!dataset) return;
    if (view.panel === "charts") this.charts.draw(view, dataset, this.nameOf(view.area));
    if (view.panel === "quality") this.quality.draw(view, dataset);
  }
}
