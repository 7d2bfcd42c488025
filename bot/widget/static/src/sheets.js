// What lies over the conversation for a moment: menu, languages, remembered offers, questions.

import { h, icon, outside } from "./dom.js";
import { offerCard, printOffers } from "./offer.js";
import { browserCode } from "./words.js";
import { voiceFor } from "./speech.js";
import { hearsOnDevice, voiceOffered } from "./voice.js";

/** A sheet with a heading and a way back. `ui.closeSheet` returns the focus to where it came from. */
export function sheet(ui, title, ...content) {
  const id = ui.nextId();
  return h("section.sheet", { role: "dialog", "aria-labelledby": id },
    h("div.head", {},
      h("button.round", { type: "button", "aria-label": ui.t("back"), title: ui.t("back"), onclick: () => ui.closeSheet() }, icon("back")),
      h("h2", { id, tabindex: "-1" }, title)),
    ...content);
}

function row(iconName, label, onclick, { extra, classes = "" } = {}) {
  return h("button.row" + classes, { type: "button", onclick }, icon(iconName), h("span", {}, label), extra);
}

function switchRow(iconName, label, on, onclick) {
  return h("button.row", { type: "button", role: "switch", "aria-checked": String(on), onclick }, icon(iconName), h("span", {}, label), h("i.switch", { "aria-hidden": "true" }));
}

export function menuSheet(ui) {
  const { conversation } = ui;
  const rows = h("div.rows", {});
  const open = conversation.id && conversation.state !== "closed";
  if (open && conversation.state === "bot") {
    rows.append(row("person", ui.t("person"), () => {
      ui.closeSheet();
      conversation.send({ text: ui.t("person_message") }, ui.t("person_message"));
    }));
  }
  rows.append(row("globe", ui.t("language"), () => ui.showSheet(languageSheet), {
    extra: h("span.muted", { lang: browserCode(ui.language) }, ui.languageName(ui.language)),
  }));
  if (browserCode(ui.language) === "de" && ui.languages().some(({ code }) => code === "de-simple")) {
    const easy = ui.language === "de-simple";
    rows.append(switchRow("easy", ui.t("easy_language"), easy, () => ui.chooseLanguage(easy ? "de" : "de-simple")));
  }
  if (voiceFor(ui.language)) {
    const toggle = switchRow("speaker", ui.t("auto_read"), Boolean(ui.preference("read")), () => {
      ui.setPreference("read", !ui.preference("read"));
      toggle.setAttribute("aria-checked", String(Boolean(ui.preference("read"))));
    });
    rows.append(toggle);
  }
  if (voiceOffered() && ui.has("voice_notice")) {
    const on = Boolean(ui.preference("voice"));
    rows.append(switchRow("mic", ui.t("voice_input"), on, () => {
      if (!on) return ui.showSheet(voiceSheet);
      ui.setPreference("voice", false);
      return ui.afterChoice();
    }));
  }
  if (ui.has("theme")) {
    rows.append(row("contrast", ui.t("theme"), () => ui.showSheet(themeSheet), {
      extra: h("span.muted", {}, ui.t("theme_" + themeOf(ui))),
    }));
  }
  if (ui.has("accessibility")) {
    rows.append(outside(`${ui.api.base}/accessibility?lang=${ui.language}`, { class: "row" }, icon("access"), h("span", {}, ui.t("accessibility")), icon("link")));
  }
  const count = ui.saved().length;
  rows.append(row("bookmark", ui.t("saved_heading"), () => ui.showSheet(savedSheet), { extra: count ? h("span.number", {}, String(count)) : null }));
  if (conversation.id) {
    rows.append(
      h("hr", {}),
      row("download", ui.t("download"), () => ui.showSheet(downloadSheet)),
      row("restart", ui.t("restart"), () => ui.showSheet(restartSheet)),
      row("trash", ui.t("delete"), () => ui.showSheet(deleteSheet), { classes: ".risk" }));
  }
  if (conversation.caseNumber) {
    rows.prepend(
      h("p.note", {}, ui.t("case_number", { number: conversation.caseNumber })),
      row("lock", ui.t("receipt_show"), () => ui.showSheet(receiptSheet)));
  }
  return sheet(ui, ui.t("menu"), rows);
}

export function languageSheet(ui) {
  const rows = h("div.rows", {});
  for (const { code, name } of ui.languages()) {
    const current = code === ui.language;
    rows.append(h("button.row", {
      type: "button",
      lang: browserCode(code),
      "aria-pressed": String(current),
      onclick: () => ui.chooseLanguage(code),
    }, icon(code === "de-simple" ? "easy" : "globe"), h("span", {}, h("bdi", {}, name)), current && icon("check")));
  }
  return sheet(ui, ui.t("language"), rows);
}

export function downloadSheet(ui) {
  return sheet(ui, ui.t("download"), h("div.rows", {},
    row("download", ui.t("download_text"), () => ui.downloadText()),
    row("lock", ui.t("download_all"), () => ui.downloadAll())));
}

/** The way back into a handed-over conversation: link, code to scan, page to print. */
export function receiptSheet(ui) {
  const status = h("p.form-status", { role: "status" });
  const body = h("div.page", {}, h("p.lines", {}, ui.t("receipt_keep")), h("span.spinner"), status);
  const show = async () => {
    const receipt = await ui.conversation.receipt();
    const copy = async () => {
      await navigator.clipboard.writeText(receipt.link);
      status.textContent = ui.t("receipt_copied");
    };
    const canvas = await ui.api.picture(receipt.png).catch(() => null);
    if (canvas) {
      canvas.className = "qr";
      canvas.setAttribute("role", "img");
      canvas.setAttribute("aria-label", ui.t("receipt_qr"));
    }
    body.querySelector(".spinner").replaceWith(...[
      h("p", {}, h("strong", {}, ui.t("case_number", { number: receipt.case_number }))),
      canvas,
      h("p.code-line", { dir: "ltr" }, receipt.link),
      h("div.buttons", {},
        navigator.clipboard && h("button.primary", { type: "button", onclick: () => copy().catch(() => {}) }, ui.t("receipt_copy")),
        outside(ui.api.base + receipt.page, { class: "secondary" }, ui.t("receipt_print"))),
    ].filter(Boolean));
  };
  show().catch((error) => {
    body.querySelector(".spinner")?.remove();
    status.textContent = ui.errorText(error);
  });
  return sheet(ui, ui.t("receipt_show"), body);
}

const THEMES = ["auto", "light", "dark", "high-contrast"];
const themeOf = (ui) => (ui.preference("theme") || ui.getAttribute("theme") || "auto").replace("-", "_");

export function themeSheet(ui) {
  return sheet(ui, ui.t("theme"), h("div.rows", {}, ...THEMES.map((theme) => {
    const name = theme.replace("-", "_");
    const current = name === themeOf(ui);
    return h("button.row", {
      type: "button",
      "aria-pressed": String(current),
      onclick: () => {
        ui.setPreference("theme", theme);
        ui.applyTheme();
        ui.closeSheet();
      },
    }, icon("contrast"), h("span", {}, ui.t("theme_" + name)), current && icon("check"));
  })));
}

/** Says where the voice is turned into text, before the microphone is asked for. */
export function voiceSheet(ui) {
  const text = h("p.lines", {}, ui.t("voice_notice"));
  hearsOnDevice(ui.language).then((here) => here && text.replaceChildren(ui.t("voice_notice_device")));
  return sheet(ui, ui.t("voice_input"), h("div.page", {}, text, h("div.buttons", {},
    h("button.primary", {
      type: "button",
      onclick: () => {
        ui.setPreference("voice", true);
        ui.afterChoice();
      },
    }, ui.t("voice_allow")),
    h("button.secondary", { type: "button", onclick: () => ui.closeSheet() }, ui.t("cancel")))));
}

export function savedSheet(ui) {
  const offers = ui.saved();
  if (!offers.length) return sheet(ui, ui.t("saved_heading"), h("div.page.centre", {}, icon("bookmark"), h("p.muted", {}, ui.t("saved_empty"))));
  const list = h("div.saved", {},
    h("div", {}, h("button.secondary", { type: "button", onclick: () => printOffers(ui, ui.saved()) }, ui.t("saved_print"))),
    h("div.offers", {}, ...offers.map((offer) => offerCard(ui, offer, { removable: true }))));
  return sheet(ui, ui.t("saved_heading"), list);
}

function question(ui, title, text, yes, classes, act) {
  const status = h("p.form-status", { role: "alert" });
  const button = h(`button.primary${classes}`, {
    type: "button",
    onclick: async () => {
      if (button.getAttribute("aria-disabled") === "true") return;
      button.setAttribute("aria-disabled", "true");
      try {
        await act();
      } catch (error) {
        button.removeAttribute("aria-disabled");
        status.textContent = ui.errorText(error);
      }
    },
  }, yes);
  return sheet(ui, title, h("div.page", {}, h("p", {}, text), status,
    h("div.buttons", {}, button, h("button.secondary", { type: "button", onclick: () => ui.closeSheet() }, ui.t("cancel")))));
}

export function restartSheet(ui) {
  return question(ui, ui.t("restart"), ui.t("restart_question"), ui.t("yes_restart"), "", () => ui.restart());
}

export function deleteSheet(ui) {
  return question(ui, ui.t("delete"), ui.t("delete_question"), ui.t("yes_delete"), ".danger", () => ui.erase());
}
