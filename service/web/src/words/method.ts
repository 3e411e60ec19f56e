// How an answer was computed, in sentences; and its settings one by one, with years as years.

import { monthShort } from "./months.ts";
import { counted, listed, numberWords, textOf } from "./words.ts";

type Method = Record<string, unknown>;
type Sentence = (method: Method) => string;

const number = (value: unknown): number | null => (typeof value === "number" && Number.isFinite(value) ? value : null);
const full = (words: string): string => (/[.!?]$/.test(words) ? words : `${words}.`);

/** Which areas count as neighbours. */
function neighbourWords(rule: string): string {
  const [kind, size = ""] = rule.split(":");
  const metres = `${numberWords(Number(size))} m`;
  return ({
    queen: "Neighbours are areas that share a border or a corner.",
    rook: "Neighbours are areas that share a border.",
    knn: `Neighbours are the nearest ${size} areas.`,
    distance: `Neighbours are areas up to ${metres} away.`,
    "inverse-distance": `Neighbours are areas up to ${metres} away, the nearer the more.`,
    kernel: `Neighbours are areas up to ${metres} away, the nearer the more.`,
    auto: "Which areas count as neighbours was chosen by the data.",
  })[kind ?? ""] ?? `Neighbours: ${rule}.`;
}

/** A denominator as it is named: population:2019 is the population of 2019. */
export function denominatorWords(name: string): string {
  const [measure = "", year] = name.split(":");
  return year ? `${measure} of ${year}` : measure;
}

/** A moment in years: 2024.5 is the middle of 2024. */
function momentWords(year: number): string {
  const whole = Math.floor(year);
  const share = year - whole;
  if (share < 1 / 24) return `the beginning of ${whole}`;
  if (Math.abs(share - 0.5) < 1 / 24) return `the middle of ${whole}`;
  return monthShort(`${whole}-${String(Math.min(12, Math.floor(share * 12) + 1)).padStart(2, "0")}`);
}

/** What each setting says, in this order, where the method has it. */
const SENTENCES: readonly [setting: string, sentence: Sentence][] = [
  ["bandwidth_m", (m) => {
    const rule = textOf(m["bandwidth_rule"]);
    const chosen = rule && rule !== "given" ? `, chosen by the data (${rule})` : "";
    const kernel = textOf(m["kernel"]) ? ` (${textOf(m["kernel"])} kernel)` : "";
    return `Each incident is spread over ${numberWords(m["bandwidth_m"])} m around it${kernel}${chosen}.`;
  }],
  ["significance", (m) => {
    const test = m["significance"] as Method;
    if (test["not_tested"]) return "";
    const evenly = test["null"] === "residents"
      ? `as the residents of ${textOf(test["null_layer"])} in ${textOf(test["null_period"])}` : "evenly over the area";
    return `A top is called a hotspot where ${numberWords(test["surfaces"])} maps with incidents spread ${evenly} hardly ever have one as high (level ${numberWords(test["level"])}).`;
  }],
  ["unit", (m) => `Values are in ${textOf(m["unit"])}.`],
  ["denominator", (m) => (textOf(m["denominator"]) ? `Rates are over the ${denominatorWords(textOf(m["denominator"]))}.` : "")],
  ["interval", (m) => `Intervals: ${textOf(m["interval"])}.`],
  ["scheme", (m) => `The colours are ${counted(number(m["classes"]), "class", "classes")} by ${textOf(m["scheme"]).replaceAll("-", " ")}.`],
  ["test", (m) => `Tested by the ${textOf(m["test"])}.`],
  ["days_before", (m) => `The earlier period has ${numberWords(m["days_before"])} days with data, the later ${numberWords(m["days_after"])}.`],
  ["step", (m) => {
    const steps = Array.isArray(m["steps"]) ? (m["steps"] as unknown[]).map(String) : [];
    const [first, last] = [steps[0], steps.at(-1)];
    if (!first || !last) return `In steps of a ${textOf(m["step"])}.`;
    return `${counted(steps.length, "step")} of a ${textOf(m["step"])}, the first from ${monthShort(first)}, the last from ${monthShort(last)}.`;
  }],
  ["definitions", (m) => `The categories are those of ArcGIS Pro (${textOf(m["definitions"])}).`],
  ["neighbours", (m) => neighbourWords(textOf(m["neighbours"]))],
  ["null_name", (m) => `What chance can do: ${textOf(m["null_name"])}.`],
  ["permutations", (m) => {
    const drawn = number(m["permutations"]);
    if (drawn === null) return "";
    return drawn === 0 ? "The p values are those of a formula; nothing was drawn."
      : `Chance is taken from ${numberWords(drawn)} random maps, always the same ones (seed ${String(m["seed"])}).`;
  }],
  ["correction", (m) => {
    const name = textOf(m["correction_name"]) || textOf(m["correction"]);
    return name === "none" ? "That every area is tested is not allowed for."
      : `That every area is tested is allowed for by the ${name === "bh" ? "false discovery rate" : name}.`;
  }],
  ["trend", (m) => `Trend: ${textOf(m["trend"])}.`],
  ["base_year", (m) => `Incidents of ${String(m["base_year"])} are carried to ${String(m["horizon"])}, at rates that stay as they are.`],
  ["homes_added_from", (m) => {
    const from = number(m["homes_added_from"]);
    return from === null ? "" : `Homes are added from ${momentWords(from)} on.`;
  }],
  ["scenario_name", (m) => `In this scenario ${textOf(m["scenario_name"])}.`],
  ["build_years", (m) => `Homes without a phase are built evenly over ${numberWords(m["build_years"])} years, an assumption.`],
  ["household_size", (m) => (number(m["household_size"]) === null ? ""
    : `${numberWords(m["household_size"])} residents to a home, an assumption.`)],
  ["distance_m", (m) => `Distances of ${numberWords(m["distance_m"])} m${textOf(m["distance_from"]) ? ` from ${textOf(m["distance_from"])}` : ""}.`],
  ["decided_by", (m) => {
    const rules = (m["rules"] ?? {}) as Method;
    return `Priorities follow ${textOf(m["decided_by"])} (${textOf(rules["name"])}, version ${textOf(rules["version"])}).`;
  }],
];

/** How an answer was computed: one sentence for each thing that a reader may ask about. */
export function methodSentences(method: Method): string[] {
  const name = textOf(method["name"]);
  const said = SENTENCES.filter(([setting]) => method[setting] !== undefined && method[setting] !== null)
    .map(([, sentence]) => sentence(method)).filter(Boolean);
  return [...(name ? [full(name.charAt(0).toUpperCase() + name.slice(1))] : []), ...said.map(full)];
}

const YEARS = /(^|_)(year|horizon|seed|period)$|^homes_added_from$/;

/** Every setting with its value, for who wants to repeat the computation. */
export function settingsOf(method: Method): [name: string, value: string][] {
  return Object.entries(method)
    .filter(([name, value]) => name !== "legend" && name !== "name" && value !== null)
    .flatMap(([name, value]) => flat(name.replaceAll("_", " "), value, YEARS.test(name)));
}

function flat(name: string, value: unknown, isYear: boolean): [string, string][] {
  if (value === null || value === undefined) return [];
  if (typeof value === "number") return [[name, isYear ? String(value) : numberWords(value)]];
  if (typeof value === "boolean") return [[name, value ? "yes" : "no"]];
  if (typeof value === "string") return value === "" ? [] : [[name, value]];
  if (Array.isArray(value)) {
    const parts = value.filter((each) => typeof each !== "object").map((each) => (isYear || typeof each !== "number" ? String(each) : numberWords(each)));
    return parts.length > 0 ? [[name, listed(parts)]] : [];
  }
  return Object.entries(value as Method)
    .flatMap(([part, inner]) => flat(`${name}: ${part.replaceAll("_", " ")}`, inner, YEARS.test(part)));
}
