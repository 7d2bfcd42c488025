// Where the focus is: sheets over the conversation and the way back from them, the keyboard.

import { Panel } from "./panel.js";

export class Focus extends Panel {
  /** @param {boolean} [quiet] not on touch screens, where the keyboard would cover the reply */
  focusComposer(quiet = false) {
    if (!this.panel) return;
    if (this.field && !(quiet && matchMedia("(pointer: coarse)").matches)) this.field.focus({ preventScroll: true });
    else this.log?.element.focus({ preventScroll: true });
  }

  showSheet(make) {
    const from = this.sheetOpen ? this.sheetOpen.from : this.root.activeElement;
    // After a new rendering the button that opened the sheet is another element with the same name.
    const label = from?.getAttribute?.("aria-label");
    this.sheetOpen?.element.remove();
    const element = make(this);
    this.sheetOpen = { element, from, label };
    for (const child of this.panel.children) child.inert = true;
    this.panel.append(element);
    element.querySelector("h2").focus();
  }

  /** A choice that changes the panel itself, e.g. a button beside the field. */
  afterChoice() {
    this.sheetOpen = null;
    this.wantsFocus = true;
    this.render();
  }

  closeSheet() {
    if (!this.sheetOpen) return;
    const { element, from } = this.sheetOpen;
    this.sheetOpen = null;
    element.remove();
    for (const child of this.panel.children) child.inert = false;
    if (from?.isConnected) from.focus();
    else this.focusComposer(true);
    this.log?.nodes.forEach(({ element: message }) => message.querySelectorAll(".offer-keep").forEach((keep) => keep.dispatchEvent(new Event("refresh"))));
  }

  onKey(event) {
    if (event.key === "Escape" && this.view !== "closed") {
      if (this.sheetOpen) this.closeSheet();
      else if (!this.pageMode) this.close();
      else return;
      event.preventDefault();
      event.stopPropagation();
    } else if (event.key === "Tab" && !this.pageMode && this.panel && this.fullScreen()) this.keepFocus(event);
  }

  /** Where the chat covers the page, the focus must not wander behind it. */
  keepFocus(event) {
    const all = [...this.panel.querySelectorAll("a[href], button, input, select, textarea, [tabindex='0']")]
      .filter((element) => element.offsetParent !== null && !element.closest("[inert]") && element.tabIndex >= 0);
    const edge = event.shiftKey ? all[0] : all[all.length - 1];
    if (all.length && this.root.activeElement === edge) {
      event.preventDefault();
      (event.shiftKey ? all[all.length - 1] : all[0]).focus();
    }
  }
}
