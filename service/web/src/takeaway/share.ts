// The link of the view, to pass on.

import { byId } from "../dom.ts";
import { announce } from "../panels/status.ts";

/** Makes the button that copies the address of the page. */
export function makeShare(): void {
  const button = byId("share", HTMLButtonElement);
  button.addEventListener("click", () => {
    void navigator.clipboard.writeText(window.location.href).then(
      () => {
        button.textContent = "Copied";
        announce("Link copied.");
        window.setTimeout(() => (button.textContent = "Copy link"), 1_500);
      },
      () => announce("Copy the address of the page: it holds this view."),
    );
  });
}
