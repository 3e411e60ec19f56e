// What the reader is told: that something is computed, that it failed, that there is nothing.

import { Refused } from "../answers/api.ts";
import type { PageConfig } from "../answers/types.ts";
import { byId, fill, h } from "../dom.ts";

const PATIENCE_MS = 120; // quicker answers show no bar

let timer: number | undefined;
let isBusy = false;

/** Shows the bar while questions are open, and says so where it takes long. */
export function showProgress(running: number): void {
  const bar = byId("progress");
  if (running > 0 && timer === undefined && !isBusy) {
    timer = window.setTimeout(() => {
      timer = undefined;
      isBusy = true;
      bar.hidden = false;
      byId("maps").setAttribute("aria-busy", "true");
    }, PATIENCE_MS);
  } else if (running === 0) {
    window.clearTimeout(timer);
    timer = undefined;
    isBusy = false;
    bar.hidden = true;
    byId("maps").removeAttribute("aria-busy");
  }
}

/** Says something to who listens to the page. */
export function announce(words: string): void {
  byId("live").textContent = words;
}

/** Says how far an answer is that takes long; nothing once there are no words. */
export function showLong(words: string): void {
  const place = byId("message");
  fill(place, h("p", {}, words));
  place.hidden = words === "";
  announce(words);
}

export function clearFailure(): void {
  byId("message").hidden = true;
}

let askForKey: (why: string) => void = () => undefined;

/** Calls with the reason when an answer needs a key. */
export function onKeyNeeded(open: (why: string) => void): void {
  askForKey = open;
}

/** Says what went wrong, and offers to ask again, or to sign in. */
export function showFailure(error: unknown, again: () => void): void {
  const place = byId("message");
  const [title, words] = failureWords(error);
  const status = error instanceof Refused ? error.status : 0;
  const [name, label, act] = status === 401
    ? ["sign-in-again", "Sign in", (): void => askForKey("")] as const
    : status >= 400 && status < 500
      ? ["dismiss", "Close", (): void => undefined] as const
      : ["retry", "Try again", again] as const;
  const button = h("button", { type: "button", "data-testid": name }, label);
  button.addEventListener("click", () => {
    place.hidden = true;
    act();
  });
  fill(place, h("h2", {}, title), h("p", {}, words), button);
  place.hidden = false;
}

function failureWords(error: unknown): [title: string, words: string] {
  if (error instanceof Refused) {
    if (error.isAway) {
      return ["Service unavailable", "It cannot be reached at the moment. What is on the map stays; try again in a moment."];
    }
    if (error.status >= 500) return ["The service could not answer", error.message];
    if (error.status === 401) return ["You are not signed in", "The key is wrong, has expired or was revoked. Sign in to go on."];
    const words = error.message.charAt(0).toUpperCase() + error.message.slice(1);
    return ["The question cannot be answered", words.endsWith(".") ? words : `${words}.`];
  }
  return ["Something went wrong on this page", error instanceof Error ? error.message : String(error)];
}

/** Says over the map that there is nothing to see; empty words take it away. */
export function showEmpty(words: string): void {
  const place = byId("empty");
  place.textContent = words;
  place.hidden = words === "";
}

/** Says which parts of the data cannot be read, so that nobody takes their absence for none. */
export function showDamage(parts: PageConfig["damaged"]): void {
  const place = byId("damaged");
  const names = parts.map(({ part, name, served }) => `${part} ${name}${served ? " (shown as it was before)" : ""}`);
  place.textContent = `Damaged and not shown: ${names.join(", ")}. Tell whoever keeps the data.`;
  place.hidden = parts.length === 0;
}

/** Says something above the map that stays there, after what is damaged. */
export function showNotice(words: string): void {
  const place = byId("damaged");
  place.textContent = [!place.hidden && place.textContent, words].filter(Boolean).join(" ");
  place.hidden = false;
}
