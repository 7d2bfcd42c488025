// The field the visitor writes in.

import { h, icon } from "./dom.js";
import { voiceButton } from "./voice.js";

const MAX = 2000; // characters of a message (contract), counted as code points
const NEAR = 200; // so many before the end the visitor is told how many are left

export class Composer {
  /** @param {string} draft what was being written */
  constructor(ui, draft) {
    this.ui = ui;
    const countId = ui.nextId();
    this.count = h("p.count", { id: countId, hidden: true });
    this.field = h("textarea", {
      rows: 1,
      dir: ui.direction,
      enterkeyhint: "send",
      autocomplete: "off",
      "aria-label": ui.t("composer_label"),
      placeholder: ui.t("composer_placeholder"),
      "aria-describedby": countId,
      oninput: () => {
        this.update();
        ui.conversation.tellTyping();
      },
      onkeydown: (event) => {
        // Enter chooses a word while an input method is open.
        if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
          event.preventDefault();
          this.submit();
        }
      },
    });
    this.field.value = draft;
    this.button = h("button.send", { type: "submit", "aria-label": ui.t("send"), title: ui.t("send") }, icon("send"));
    this.element = h("form.column", {
      onsubmit: (event) => {
        event.preventDefault();
        this.submit();
      },
    }, h("div.write", {}, this.field, voiceButton(ui, this.field, () => this.update()), this.button), this.count);
  }

  get length() {
    return [...this.field.value.trim()].length;
  }

  /** Bring size, direction, counter and the kept draft in line with the text. */
  update() {
    const { ui, field, count, length } = this;
    const over = length > MAX;
    // dir=auto is left-to-right while empty, but the placeholder is in the interface's language.
    field.dir = field.value ? "auto" : ui.direction;
    this.button.setAttribute("aria-disabled", String(!length || over));
    count.hidden = length < MAX - NEAR;
    count.classList.toggle("error", over);
    count.textContent = over ? this.tooLong() : ui.t("characters_left", { count: MAX - length });
    if (over) field.setAttribute("aria-invalid", "true");
    else field.removeAttribute("aria-invalid");
    ui.session("draft", field.value || null);
    field.style.blockSize = "";
    // A long placeholder must not make the empty field grow.
    if (field.value) field.style.blockSize = field.scrollHeight + "px";
  }

  tooLong() {
    return this.ui.t("too_long", { max: new Intl.NumberFormat(this.ui.locale).format(MAX) });
  }

  submit() {
    const { ui, field, length } = this;
    const text = field.value.trim();
    if (length > MAX) {
      ui.announce(this.tooLong());
    } else if (length) {
      ui.conversation.send({ text }, text);
      field.value = "";
      ui.draft = "";
      this.update();
    }
    field.focus();
  }
}
