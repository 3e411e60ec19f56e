// Months as whole numbers since the year 0, and their words.

/** "2019-04" or "2019-04-30" as months since the year 0. */
export function monthNumber(iso: string): number {
  return Number(iso.slice(0, 4)) * 12 + Number(iso.slice(5, 7)) - 1;
}

/** Months since the year 0 as "2019-04". */
export function isoMonth(month: number): string {
  const year = Math.floor(month / 12);
  return `${String(year).padStart(4, "0")}-${String((month % 12) + 1).padStart(2, "0")}`;
}

export type Step = "month" | "quarter" | "year";

/** The word for a step of so many months. */
export function stepOf(months: number): Step {
  return months === 12 ? "year" : months === 3 ? "quarter" : "month";
}

const LONG = new Intl.DateTimeFormat("en-GB", { month: "long", timeZone: "UTC" });
const SHORT = new Intl.DateTimeFormat("en-GB", { month: "short", timeZone: "UTC" });

function date(iso: string): Date {
  return new Date(`${iso.slice(0, 7)}-01T00:00:00Z`);
}

/** "April 2019". */
export function monthWords(iso: string): string {
  return `${LONG.format(date(iso))} ${iso.slice(0, 4)}`;
}

/** "Apr 2019". */
export function monthShort(iso: string): string {
  return `${SHORT.format(date(iso))} ${iso.slice(0, 4)}`;
}

/** "April". */
export function monthName(iso: string): string {
  return LONG.format(date(iso));
}

/** "2019", "January to June 2019", "July 2018 to June 2019". */
export function periodWords(from: string, to: string): string {
  if (from === to) return monthWords(from);
  const sameYear = from.slice(0, 4) === to.slice(0, 4);
  if (sameYear && from.endsWith("-01") && to.endsWith("-12")) return from.slice(0, 4);
  if (sameYear) return `${monthName(from)} to ${monthWords(to)}`;
  if (from.endsWith("-01") && to.endsWith("-12")) return `${from.slice(0, 4)} to ${to.slice(0, 4)}`;
  return `${monthWords(from)} to ${monthWords(to)}`;
}

/** "2019", "Jan–Jun 2019", "Jul 2018–Jun 2019": where there is little room. */
export function periodShort(from: string, to: string): string {
  if (from === to) return monthShort(from);
  const sameYear = from.slice(0, 4) === to.slice(0, 4);
  if (sameYear && from.endsWith("-01") && to.endsWith("-12")) return from.slice(0, 4);
  if (sameYear) return `${SHORT.format(date(from))}–${monthShort(to)}`;
  if (from.endsWith("-01") && to.endsWith("-12")) return `${from.slice(0, 4)}–${to.slice(0, 4)}`;
  return `${monthShort(from)}–${monthShort(to)}`;
}
