// What stands under the assistant's messages: reading aloud, and rating with a comment.

import { h, icon } from "./dom.js";
import { hush, readAloud, voiceFor } from "./speech.js";

/** Whether it carries what the visitor asked for. */
export function isAnswer(message) {
  return Boolean(message.offers?.length || message.sources?.length);
}

export class Tools {
  constructor(ui) {
    this.ui = ui;
    this.rated = new Set(); // seq of what was rated in this page
  }

  /** Read aloud and rate. */
  of(message) {
    const { ui } = this;
    const tools = h("div.tools");
    if (message.text && voiceFor(message.language || ui.language)) tools.append(this.readButton(message));
    // The greeting and the assistant's own questions are no answers to be judged.
    if (isAnswer(message)) tools.append(this.rating(message));
    return tools;
  }

  readButton(message) {
    const { ui } = this;
    const button = h("button.tool", { type: "button", "aria-label": ui.t("read_aloud"), title: ui.t("read_aloud") }, icon("speaker"));
    let reading = false;
    const show = (now) => {
      reading = now;
      const label = ui.t(now ? "read_stop" : "read_aloud");
      button.replaceChildren(icon(now ? "stop" : "speaker"));
      button.setAttribute("aria-label", label);
      button.title = label;
    };
    button.addEventListener("click", () => {
      if (reading) return hush();
      readAloud(message.text, message.language || ui.language, () => show(false));
      show(true);
    });
    return button;
  }

  rating(message) {
    const { ui } = this;
    const box = h("div.rating", { role: "group", "aria-label": ui.t("rate_question") });
    if (this.rated.has(message.seq)) return box;
    const send = async (value, comment) => {
      try {
        await ui.conversation.rate(message.seq, value, comment);
      } catch (error) {
        if (error.status !== 409) return ui.announce(ui.errorText(error), true);
      }
      this.rated.add(message.seq);
      return true;
    };
    const thank = () => {
      const thanks = h("p.muted", { tabindex: "-1" }, ui.t("rate_thanks"));
      box.replaceChildren(thanks);
      ui.announce(ui.t("rate_thanks"));
      // The button that was pressed is gone; without this the focus would fall back to the page.
      thanks.focus();
    };
    const button = (name, label, onclick) => h("button.tool", { type: "button", "aria-label": ui.t(label), title: ui.t(label), onclick }, icon(name));
    box.append(
      button("up_thumb", "rate_up", async () => {
        if (await send(1)) thank();
      }),
      button("down_thumb", "rate_down", async () => {
        if (!(await send(-1))) return;
        const id = ui.nextId();
        const field = h("textarea", { id, rows: 2, maxlength: 1000 });
        box.replaceChildren(h("form.comment", {
          onsubmit: async (event) => {
            event.preventDefault();
            if (!field.value.trim() || (await send(-1, field.value.trim()))) thank();
          },
        }, h("label", { for: id }, ui.t("rate_comment_label")), field, h("button.secondary", { type: "submit" }, ui.t("rate_comment_send"))));
        field.focus();
      }));
    return box;
  }
}
