// Light or dark: as the system is, or as the reader chose on this device.

import { byId } from "../dom.ts";
import type { Ink } from "./style.ts";

const KEY = "hotspot-atlas-theme";
const system = window.matchMedia("(prefers-color-scheme: dark)");

function chosen(): string | null {
  try {
    return window.localStorage.getItem(KEY);
  } catch {
    return null; // a browser that keeps nothing
  }
}

function apply(): void {
  const dark = (chosen() ?? (system.matches ? "dark" : "light")) === "dark";
  document.documentElement.dataset["theme"] = dark ? "dark" : "light";
  const button = byId("theme");
  button.textContent = dark ? "Light" : "Dark";
  button.setAttribute("aria-label", dark ? "Use light colours" : "Use dark colours");
}

/** Shows the page in light colours, as on paper; what it gives brings the others back, null where it is light. */
export function lighten(): (() => void) | null {
  const { dataset } = document.documentElement;
  if (dataset["theme"] !== "dark") return null;
  const show = (theme: string): void => {
    dataset["theme"] = theme;
    changed();
  };
  show("light");
  return () => show("dark");
}

let changed: () => void = () => undefined;

/** Calls at each change of the theme. */
export function onTheme(call: () => void): void {
  changed = call;
}

/** Applies the theme, now and whenever it changes. */
export function makeTheme(): void {
  apply();
  system.addEventListener("change", () => {
    apply();
    changed();
  });
  byId("theme").addEventListener("click", () => {
    const next = document.documentElement.dataset["theme"] === "dark" ? "light" : "dark";
    try {
      window.localStorage.setItem(KEY, next);
    } catch {
      document.documentElement.dataset["theme"] = next;
    }
    apply();
    changed();
  });
}

/** The colours of the map's ground and borders in the theme. */
export function inkNow(): Ink {
  const style = getComputedStyle(document.documentElement);
  const of = (name: string): string => style.getPropertyValue(name).trim();
  return {
    ground: of("--ground"), border: of("--map-border"), hairline: of("--map-hairline"),
    outline: of("--map-outline"), strong: of("--map-strong"),
  };
}
