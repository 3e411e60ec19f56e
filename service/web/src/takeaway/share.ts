// The link of the view, to pass on.

import { byId } from "../dom.ts";
import { announce } from "../panels/status.ts";
import { copyText } from "./copy.ts";

/** Makes the button that copies the address of the page. */
export function makeShare(): void {
  const button = byId("share", HTMLButtonElement);
  button.addEventListener("click", () => void copyInto(button, window.location.href));
}

/** Copies a text, and says on the button for a moment whether it was. */
export async function copyInto(
  button: HTMLButtonElement, text: string, place: HTMLElement = document.body,
): Promise<void> {
  const isCopied = await copyText(text, place);
  const words = button.dataset["words"] ?? button.textContent;
  button.dataset["words"] = words;
  button.textContent = isCopied ? "Copied" : "Not copied";
  announce(isCopied ? "Copied." : "This browser does not let pages copy: select the text and copy it.");
  window.setTimeout(() => (button.textContent = words), 1_500);
}
