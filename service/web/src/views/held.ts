// Classes of a heat map that stay while the months play: equal colours are equal densities.

import type { HeatLegend } from "../answers/types.ts";
import type { View } from "../view/state.ts";
import { breaksOf, type Breaks } from "./heatmap.ts";

export class HeldClasses {
  private question = "";
  private breaks: Breaks = [];

  /** The classes to ask a period in; none before the first one that plays has been answered. */
  of(view: View, isPlaying: boolean): Breaks {
    return isPlaying && this.question === withoutPeriod(view) ? this.breaks : [];
  }

  /** The first period that plays gives the classes of those that follow. */
  keep(view: View, isPlaying: boolean, legend: HeatLegend | null): void {
    if (!isPlaying) this.question = "";
    else if (this.question !== withoutPeriod(view)) {
      this.question = withoutPeriod(view);
      this.breaks = breaksOf(legend);
    }
  }
}

function withoutPeriod({ dataset, categories, bandwidth, usualBandwidth, within }: View): string {
  return JSON.stringify([dataset, categories, bandwidth || usualBandwidth, within]);
}
