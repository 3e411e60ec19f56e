// Numbers of a column, all to one precision that is worth reading.

const NONE = "–";

/** Decimals with which the largest of some numbers has three or four significant digits. */
export function decimalsOf(values: readonly number[]): number {
  const known = values.filter(Number.isFinite);
  if (known.every(Number.isInteger)) return 0;
  const most = known.reduce((a, b) => Math.max(a, Math.abs(b)), 0);
  if (most >= 1000) return 0;
  if (most >= 10) return 1;
  if (most >= 1 || most === 0) return 2;
  return Math.min(6, 2 - Math.floor(Math.log10(most)));
}

/** How the numbers of a column are written: "–" for none, "< 0.1" for what would round to nothing. */
export function formatOf(values: readonly unknown[]): (value: unknown) => string {
  const numbers = values.filter((value): value is number => typeof value === "number");
  const decimals = decimalsOf(numbers);
  const form = new Intl.NumberFormat("en-GB", { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
  const least = 10 ** -decimals;
  return (value) => {
    if (typeof value !== "number" || !Number.isFinite(value)) return NONE;
    if (value !== 0 && Math.abs(value) < least / 2) return value > 0 ? `< ${form.format(least)}` : `> −${form.format(least)}`;
    return form.format(value).replace(/^-/, "−");
  };
}
