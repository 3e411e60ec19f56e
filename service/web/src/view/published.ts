// What may be asked of a dataset that is shown as published cells: its periods, layers, categories.

import type { Dataset, PageConfig, Published } from "../answers/types.ts";
import { isoMonth, monthNumber } from "../words/months.ts";
import type { View } from "./state.ts";

const MONTHS: Record<Published["period"], number> = { month: 1, quarter: 3, year: 12 };
const STEPS = ["month", "quarter", "year"];

/** The cells in which a dataset is published to who looks; null where they see records. */
export function publishedOf(config: PageConfig, dataset: string): Published | null {
  return config.access[dataset]?.published ?? null;
}

/** So many months has the shortest period of a dataset that may be asked for. */
export function unitOf(config: PageConfig, dataset: string): number {
  const published = publishedOf(config, dataset);
  return published ? MONTHS[published.period] : 1;
}

/** Steps of time that are no shorter than the published periods. */
export function stepsOf(config: PageConfig, dataset: string): string[] {
  return STEPS.slice(STEPS.indexOf(publishedOf(config, dataset)?.period ?? "month"));
}

/** A period made of whole units, about as long, inside the months of the dataset. */
export function aligned(
  period: { from: string; to: string }, months: number, dataset: Dataset,
): { from: string; to: string } {
  if (months === 1 || dataset.from === null || dataset.to === null) return period;
  const [from, to] = [monthNumber(period.from), monthNumber(period.to)];
  const first = Math.ceil(monthNumber(dataset.from) / months) * months;
  const end = Math.floor((monthNumber(dataset.to) + 1) / months) * months;
  if (end <= first) return period; // no whole unit: the service says so
  const length = Math.min(Math.max(1, Math.round((to - from + 1) / months)) * months, end - first);
  const start = Math.floor(from / months) * months;
  const begin = Math.min(Math.max(first, start), end - length);
  return { from: isoMonth(begin), to: isoMonth(begin + length - 1) };
}

/** The part of a view that may be asked. */
export function askable(view: View, config: PageConfig, dataset: Dataset | undefined): Partial<View> {
  const published = dataset ? publishedOf(config, dataset.id) : null;
  if (!dataset || !published) return {};
  const unit = MONTHS[published.period];
  const steps = stepsOf(config, dataset.id);
  return {
    ...aligned(view, unit, dataset),
    before: view.before ? aligned(view.before, unit, dataset) : null,
    layer: published.layers.includes(view.layer) ? view.layer : (published.layers[0] ?? view.layer),
    categories: published.by_category ? view.categories : [],
    step: steps.includes(view.step) ? view.step : (steps[0] ?? view.step),
    distance: Math.max(view.distance, published.minimum_bandwidth_m),
    bandwidth: view.bandwidth === "" || Number(view.bandwidth) >= published.minimum_bandwidth_m
      ? view.bandwidth : "",
  };
}
