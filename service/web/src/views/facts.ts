// The numbers of one area or site, with their names.

import type { Cell, Key, Row } from "../answers/types.ts";
import type { View } from "../view/state.ts";
import { HOT_COLD_WORDS, MEASURE_WORDS, capital, isSuppressed, numberWords, probabilityWords } from "../words/words.ts";
import type { Fact } from "./kind.ts";
import { isOfSites, kindOf } from "./registry.ts";

/** The numbers of one area or site, as a list of names and words. */
export function factsOf(view: View, row: Row): Fact[] {
  const own = kindOf(view).facts;
  if (own) return own(view, row);
  const facts: Fact[] = [];
  const add = (name: string, key: Key, words: (v: Cell) => string = numberWords): void => {
    const value = row[key];
    if (value !== undefined && value !== null && value !== "") facts.push([name, words(value)]);
  };
  const text = (value: Cell): string => capital(String(value));
  if (isOfSites(view)) {
    add("District", "district", text);
    add("Homes planned", "homes_planned");
    add("Homes complete", "homes_completed");
    add("Homes to come", "homes_remaining");
    add(`Incidents within ${numberWords(view.distance)} m`, "incidents_within");
    add("Lies in", "area_name", text);
    add("Position", "position", text);
    return facts;
  }
  add("In a sentence", "sentence", text);
  add("Incidents", "count");
  if (isSuppressed(row)) facts.push(["Incidents", "suppressed: too few to be shown"]);
  const measure = kindOf(view).measures?.of(view) ?? "count";
  if (measure !== "count") add(MEASURE_WORDS[measure] ?? "Value", "value");
  add(`Expected in ${String(row.year ?? "")}`, "expected");
  const { lower, upper } = row;
  if (typeof lower === "number" && typeof upper === "number") {
    facts.push([view.view === "growth" ? "Likely between" : "95 % interval", `${numberWords(lower)} to ${numberWords(upper)}`]);
  }
  add(capital(view.denominator.split(":")[0] ?? "Denominator"), "denominator");
  add("Class", "class", (value) => HOT_COLD_WORDS[String(value)] ?? text(value));
  add("z score", "z_score");
  add("p, by permutation", "p_permutation", probabilityWords);
  add("q, false discovery rate", "q_value", probabilityWords);
  add("Against all areas", "funnel", text);
  add("Priority", "priority", text);
  add("Reasons", "reasons", text);
  add("Expected rate", "rate");
  add("Sites", "sites");
  add("New homes by then", "homes_added");
  add("Category", "category", text);
  add("Steps hot", "hot_steps");
  add("Steps cold", "cold_steps");
  add("Trend p", "trend_p_value", probabilityWords);
  if (row.expected_count_ok === false) facts.push(["Note", "Too few incidents for the analytic p"]);
  if (row.island === true) facts.push(["Note", "No neighbours: not tested with others"]);
  return facts;
}
