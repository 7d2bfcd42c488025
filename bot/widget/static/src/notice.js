// What stands where the conversation will be: the notice before it, and the ends it can come to.

import { h, icon, outside, safeUrl } from "./dom.js";
import { UNREACHABLE, browserCode, embedded } from "./words.js";

/** The server does not even give the texts: the embedded ones must do. */
export function unreachableView(ui) {
  const [text, retry] = embedded(UNREACHABLE, ui.pageLanguage());
  return [h("div.page.centre", { role: "alert" }, icon("alert"), h("p", {}, text), h("button.primary", {
    type: "button",
    "data-focus": true,
    onclick: () => {
      ui.wantsFocus = true;
      ui.go("loading");
      ui.enter();
    },
  }, retry))];
}

/** What the visitor accepts before anything is sent or stored; also before a receipt opens a case. */
export function noticeView(ui) {
  const receipt = ui.view === "receipt" ? ui.receipt : null;
  const status = h("p.form-status", { role: "alert" });
  const accept = h("button.primary", { type: "button", onclick: () => ui.accept(accept, status) }, ui.t(receipt ? "receipt_open" : "notice_accept"));
  const decline = () => {
    if (receipt) {
      ui.forgetReceipt();
      ui.wantsFocus = true;
      if (ui.conversation.id) ui.resume();
      else ui.go("notice");
    } else ui.close();
  };
  const days = ui.region.chat_days;
  const privacy = safeUrl(ui.getAttribute("privacy") || "");
  const phone = ui.phone();
  const point = (name, ...texts) => h("li", {}, icon(name), h("div", {}, ...texts));
  const chips = ui.languages().map(({ code, name }) => h("button.chip", {
    type: "button",
    lang: browserCode(code),
    "aria-pressed": String(code === ui.language),
    onclick: () => ui.chooseLanguage(code),
  }, code === "de-simple" && icon("easy"), name));
  return [h("div.page", {}, h("div.column", {},
    h("div.chips", { role: "group", "aria-label": ui.t("language") }, ...chips),
    h("h3", { tabindex: "-1", "data-focus": true }, ui.t(receipt ? "receipt_heading" : "notice_heading")),
    receipt && h("p", {}, ui.t("receipt_text", { number: receipt.number })),
    h("ul.points", {},
      point("bot", ui.t("notice_machine")),
      point("lock", ui.t("notice_storage"), days ? " " + ui.t("notice_retention", { days }) : "", privacy ? [" ", outside(privacy, {}, ui.t("notice_privacy"))] : null),
      point("person", ui.t("notice_person"), phone ? [h("br"), h("a", { href: "tel:" + phone.replace(/[^+\d]/g, "") }, ui.t("notice_phone", { phone: `\u2066${phone}\u2069` }))] : null)))),
    // Below the scrolling text: on a small screen the way on is seen at once.
    h("div.pinned", {}, h("div.column", {}, status), h("div.buttons.column", {}, accept, (!ui.pageMode || receipt) && h("button.secondary.plain", { type: "button", onclick: decline }, ui.t("notice_decline"))))];
}

/** After the erasure. */
export function deletedView(ui) {
  return [h("div.page.centre", {}, icon("check"), h("p", { tabindex: "-1", "data-focus": true }, ui.t("deleted")),
    h("button.primary", {
      type: "button",
      onclick: () => {
        ui.wantsFocus = true;
        ui.go("notice");
      },
    }, ui.t("restart")))];
}
