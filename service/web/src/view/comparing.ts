// Which two periods the page proposes to compare: apart, of equal length, and with data.

import type { Dataset } from "../answers/types.ts";
import { isoMonth, monthNumber } from "../words/months.ts";
import { counted } from "../words/words.ts";
import type { View } from "./state.ts";

export interface Period { from: string; to: string }
export interface Pair extends Period { before: Period | null }

/**
 * The period a year earlier, or else just before, where the data cover all of it; otherwise the
 * two halves of the period itself, of which an odd month in the middle is left out. No comparison
 * of a single month that nothing precedes.
 */
export function pairOf(now: Period, dataset: Dataset | undefined): Pair {
  const [first, last] = [monthNumber(now.from), monthNumber(now.to)];
  const length = last - first + 1;
  const years = Math.max(12, Math.ceil(length / 12) * 12);
  for (const back of [years, length]) {
    const before = { from: isoMonth(first - back), to: isoMonth(last - back) };
    if (isCovered(before, dataset)) return { ...now, before };
  }
  const half = Math.floor(length / 2);
  if (half === 0) return { ...now, before: null };
  return {
    from: isoMonth(last - half + 1), to: now.to,
    before: { from: now.from, to: isoMonth(first + half - 1) },
  };
}

/** Another period of a view. In the view of change the other one moves with it, as far as the data go. */
export function movedTo(view: View, now: Period, dataset: Dataset | undefined): Partial<View> {
  const { before } = view;
  if (view.view !== "change" || !before) return now;
  const by = monthNumber(now.from) - monthNumber(view.from);
  const [from, to] = [monthNumber(before.from) + by, monthNumber(before.to) + by];
  const moved = { from: isoMonth(from), to: isoMonth(to) };
  const isAsLong = monthsOf(now) === monthsOf(view) && isCovered(moved, dataset);
  return { ...now, before: isAsLong ? moved : null }; // null: two periods are proposed anew
}

/** What to mind in a comparison of two periods; empty where they are as long and apart. */
export function pairWarning(now: Period, before: Period): string {
  if (before.from <= now.to && now.from <= before.to) {
    return "The two periods overlap: incidents of the months that they share are in both.";
  }
  const [length, other] = [monthsOf(now), monthsOf(before)];
  const warnings = length === other ? []
    : [`The periods have ${counted(other, "month")} and ${counted(length, "month")}: compare rates a year, not numbers of incidents.`];
  if (before.from > now.to) warnings.push("The period compared with is the later one.");
  return warnings.join(" ");
}

function monthsOf({ from, to }: Period): number {
  return monthNumber(to) - monthNumber(from) + 1;
}

const ISO_STEPS: Record<number, string> = { 1: "P1M", 3: "P3M", 6: "P6M", 12: "P1Y" };
const MOST_WINDOWS = 120;

/** The periods of this length, end to end up to the last month of the data; none of a single one. */
export function windowsOf(now: Period, dataset: Dataset | undefined, unit: number): string[] {
  if (!dataset?.from || !dataset.to) return [];
  const length = monthsOf(now);
  const first = Math.ceil(monthNumber(dataset.from) / unit) * unit;
  const end = Math.floor((monthNumber(dataset.to) + 1) / unit) * unit;
  const count = Math.min(MOST_WINDOWS, Math.floor((end - first) / length));
  if (count < 2) return [];
  const starts = Array.from({ length: count }, (_, k) => end - (count - k) * length);
  const step = ISO_STEPS[length];
  if (step) return [`${isoMonth(starts[0] ?? first)}/${isoMonth(end - 1)}/${step}`];
  return starts.map((start) => `${isoMonth(start)}/${isoMonth(start + length - 1)}`);
}

/** Whether the data cover every day of some months. */
export function isCovered({ from, to }: Period, dataset: Dataset | undefined): boolean {
  const afterwards = isoMonth(monthNumber(to) + 1);
  return (dataset?.covered ?? []).some((span) =>
    span.from <= `${from}-01` && nextDay(span.to) >= `${afterwards}-01`);
}

function nextDay(iso: string): string {
  const day = new Date(`${iso}T00:00:00Z`);
  return new Date(day.getTime() + 86_400_000).toISOString().slice(0, 10);
}
