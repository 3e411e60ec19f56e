// A "?" beside a term, and what the term means: one note for the whole page, closed by Escape, by
// the same button, or by anything else that is clicked.

import { h } from "../dom.ts";
import { termOf, type Term } from "../words/glossary.ts";

const GAP_PX = 6;

/** A button that explains a term; null where the glossary does not have it.

    It stands beside the term, never inside a label or another button. */
export function helpFor(label: string): HTMLButtonElement | null {
  const term = termOf(label);
  if (!term) return null;
  return h("button", {
    type: "button", class: "help", "aria-label": `${label}: what is meant`,
    "aria-expanded": "false", "aria-controls": "help-note", "data-term": term.key,
  }, "?");
}

/** A line with the terms among some labels, each of which explains itself; null without any. */
export function helpLine(labels: readonly string[]): HTMLElement | null {
  const buttons = labels.flatMap((label) => {
    const button = helpFor(label);
    if (!button) return [];
    button.classList.add("help-word");
    button.textContent = label;
    return [button];
  });
  return buttons.length > 0 ? h("p", { class: "help-line", "data-help-line": true }, "What is meant: ", ...buttons) : null;
}

/** Puts a "?" where the page names a term: `<span data-help="bandwidth"></span>`. */
export function placeHelp(within: ParentNode = document): void {
  for (const place of within.querySelectorAll<HTMLElement>("span[data-help]")) {
    const button = helpFor(place.dataset["help"] ?? "");
    if (button && !place.hasChildNodes()) place.append(button);
  }
}

/** Answers every "?" of the page, also those that come later. */
export function makeHelp(): void {
  placeHelp();
  const note = new Note();
  document.addEventListener("click", (event) => {
    const target = event.target as Element;
    const button = target.closest<HTMLButtonElement>("button.help");
    if (button) note.toggle(button);
    else if (!target.closest("#help-note")) note.close();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !note.isOpen) return;
    event.stopPropagation();
    note.close();
  }, { capture: true });
  window.addEventListener("resize", () => note.close());
  document.addEventListener("scroll", () => note.place(), { capture: true, passive: true });
}

class Note {
  private readonly body = h("div", { role: "status" });
  private readonly element = h("section", {
    id: "help-note", class: "help-note", "data-testid": "help-note", "aria-label": "What a term means", hidden: true,
  });
  private button: HTMLButtonElement | null = null;

  constructor() {
    const close = h("button", { type: "button", class: "help-close", "aria-label": "Close" }, "✕");
    close.addEventListener("click", () => this.close());
    this.element.append(close, this.body);
    document.body.append(this.element);
  }

  get isOpen(): boolean {
    return this.button !== null;
  }

  toggle(button: HTMLButtonElement): void {
    const isSame = button === this.button;
    this.close();
    const term = termOf(button.dataset["term"] ?? "");
    if (!isSame && term) this.open(button, term);
  }

  private open(button: HTMLButtonElement, term: Term): void {
    this.button = button;
    button.setAttribute("aria-expanded", "true");
    // Over a dialog nothing outside of it can be seen.
    (button.closest("dialog") ?? document.body).append(this.element);
    this.element.hidden = false;
    this.body.replaceChildren(
      h("h3", {}, term.term), h("p", {}, term.words),
      h("p", { class: "soft" }, h("b", {}, "Example: "), term.example),
    );
    this.place();
  }

  /** Below the line that the term stands in, or above it: its number stays in sight. */
  place(): void {
    if (!this.button) return;
    if (!this.button.isConnected || this.button.getClientRects().length === 0) return this.close();
    const line = (this.button.closest(".legend, [data-help-line], dt, tr, li, .field, h2") ?? this.button).getBoundingClientRect();
    const at = this.button.getBoundingClientRect();
    const { offsetWidth: width, offsetHeight: height } = this.element;
    const below = Math.max(line.bottom, at.bottom) + GAP_PX;
    const isBelow = below + height <= window.innerHeight || line.top - GAP_PX - height < 0;
    const top = isBelow ? Math.min(below, window.innerHeight - height - GAP_PX) : line.top - GAP_PX - height;
    const left = Math.min(Math.max(GAP_PX, at.left - 20), window.innerWidth - width - GAP_PX);
    this.element.style.left = `${Math.round(left)}px`;
    this.element.style.top = `${Math.round(top)}px`;
  }

  /** Closes the note; the focus goes back to its button if it was in the note. */
  close(): void {
    const { button } = this;
    if (!button) return;
    this.button = null;
    button.setAttribute("aria-expanded", "false");
    if (this.element.contains(document.activeElement)) button.focus();
    this.element.hidden = true;
    this.body.replaceChildren();
  }
}
