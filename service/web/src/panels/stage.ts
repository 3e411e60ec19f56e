// What stands in the place of the map where the answer has no place: the service's own chart.

import type { Table } from "../answers/types.ts";
import { fill, h } from "../dom.ts";
import type { View } from "../view/state.ts";
import { kindOf, tableAddress } from "../views/registry.ts";
import { NOT_RECORDED } from "../words/words.ts";

/** Shows the chart of a view without places, or the map again. */
export function drawStage(view: View, place: HTMLElement, table: Table): void {
  const isChart = kindOf(view).rows(view) === "times";
  place.hidden = !isChart;
  if (!isChart) return fill(place);
  const hasTimes = table.rows.some((row) => row.row !== NOT_RECORDED && row.column !== NOT_RECORDED && row.count !== 0);
  const words = table.sentences.slice(1).join(" ") || "Incidents by hour and day of the week.";
  fill(place, hasTimes
    ? h("picture", {}, h("source", { media: "(max-width: 1180px)", srcset: tableAddress(view, "narrow.svg") }),
      h("img", { src: tableAddress(view, "svg"), alt: `${words} The table has the same numbers.` }))
    : h("p", { class: "nothing" }, `There is no picture of hours and days. ${words}`));
}
