// Which two periods the page proposes to compare: apart, of equal length, and with data.

import type { Dataset } from "../answers/types.ts";
import { isoMonth, monthNumber } from "../words/months.ts";

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
