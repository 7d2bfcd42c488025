// The panel: its head, what is in it, and what changes while a conversation runs.

import { Composer } from "./composer.js";
import { h, icon } from "./dom.js";
import { Log } from "./log.js";
import { deletedView, noticeView, unreachableView } from "./notice.js";
import { formatDate } from "./offer.js";
import { Reading } from "./reading.js";
import { languageSheet, menuSheet } from "./sheets.js";
import { readAloud } from "./speech.js";
import { LAUNCHER, UNREACHABLE, browserCode, embedded } from "./words.js";

export class Panel extends Reading {
  applyTheme() {
    const wanted = this.preference("theme") || this.getAttribute("theme") || "auto";
    // "auto" is dark only where the page itself can be dark: a dark box on a light page helps nobody.
    const { colorScheme } = getComputedStyle(this.parentElement || document.documentElement);
    const declared = colorScheme === "normal" ? document.querySelector('meta[name="color-scheme"]')?.content : colorScheme;
    const dark = matchMedia("(prefers-color-scheme: dark)").matches && /dark/.test(declared || "");
    const end = getComputedStyle(this).direction === "rtl" ? "bottom-left" : "bottom-right";
    this.dataset.corner = this.getAttribute("corner") || end;
    this.dataset.theme = wanted === "auto" ? (dark ? "dark" : "light") : wanted;
  }

  renderLauncher() {
    const language = this.texts ? this.language : this.conversation.language || this.pageLanguage();
    const label = this.unread && this.has("launcher_unread") ? this.t("launcher_unread", { count: this.unread }) : embedded(LAUNCHER, language);
    this.launcher.setAttribute("aria-label", label);
    this.launcher.title = label;
    this.launcher.lang = browserCode(language);
    this.launcher.hidden = this.pageMode || this.view !== "closed";
    this.launcher.querySelector(".badge")?.remove();
    if (this.unread) this.launcher.append(h("span.badge", { "aria-hidden": "true" }, String(this.unread)));
  }

  setUnread(count) {
    this.unread = count;
    this.renderLauncher();
  }

  go(view) {
    this.view = view;
    this.sheetOpen = null;
    this.render();
  }

  render() {
    if (this.view === "closed") return;
    const kept = this.field?.value;
    if (kept !== undefined) this.draft = kept;
    const atEnd = this.atEnd();
    const top = this.scroller?.scrollTop;
    this.field = this.composer = this.log = this.scroller = this.banner = this.subtitle = null;
    const panel = h("section.panel", {
      part: "panel",
      role: this.pageMode ? "region" : "dialog",
      "aria-label": this.t("title") || "Heimatlotse",
      lang: browserCode(this.language || this.pageLanguage()),
      dir: this.direction,
    });
    if (!this.pageMode && this.fullScreen()) panel.setAttribute("aria-modal", "true");
    panel.append(this.head(), h("div.body", {}, ...this.content()));
    this.panel?.remove();
    this.panel = panel;
    this.root.insertBefore(panel, this.launcher);
    if (this.view === "chat") {
      this.showMessages();
      this.showState();
      this.showTyping();
      this.showConnection();
      if (atEnd || top === undefined) this.scrollToWhereOneReads();
      else this.scroller.scrollTop = top;
      this.composer?.update();
    }
    if (this.wantsFocus && this.view !== "loading") {
      this.wantsFocus = false;
      if (this.view === "chat") this.focusComposer(true);
      else panel.querySelector("[data-focus]")?.focus();
    }
  }

  head() {
    const ready = Boolean(this.texts);
    this.subtitle = h("p", {}, this.t("subtitle"));
    const button = (name, label, onclick, classes = "") => h("button.round" + classes, { type: "button", "aria-label": label, title: label, onclick }, icon(name));
    const language = button("globe", `${browserCode(this.language).toUpperCase()} · ${this.t("language")}: ${this.languageName(this.language)}`, () => this.showSheet(languageSheet), ".language");
    language.append(h("span", { "aria-hidden": "true" }, browserCode(this.language).toUpperCase()));
    return h("div.head", {},
      h("span.mark", {}, icon("chat")),
      h("div.names", {}, h("h2", {}, this.t("title") || "Heimatlotse"), this.subtitle),
      ready && this.view === "chat" && language,
      ready && this.view === "chat" && button("more", this.t("menu"), () => this.showSheet(menuSheet)),
      !this.pageMode && button("close", this.t("close") || embedded(UNREACHABLE, this.pageLanguage())[2], () => this.close()));
  }

  content() {
    if (this.view === "loading") return [h("div.page.centre", {}, h("span.spinner"))];
    if (this.view === "unreachable") return unreachableView(this);
    if (this.view === "notice" || this.view === "receipt") return noticeView(this);
    if (this.view === "deleted") return deletedView(this);
    return this.chat();
  }

  chat() {
    this.log = new Log(this);
    this.log.element.classList.add("column");
    this.typingRow = h("div.typing.column", { hidden: true, role: "status" });
    this.banner = h("div.banner", { hidden: true }, icon("alert"), h("span", {}));
    this.latest = h("button.latest", { type: "button", hidden: true, "aria-label": this.t("to_latest"), onclick: () => this.scrollToEnd(true) }, icon("down"));
    // Without a name in this language the button is for the mouse only: the keyboard has the End key.
    if (!this.has("to_latest")) {
      this.latest.tabIndex = -1;
      this.latest.setAttribute("aria-hidden", "true");
      this.latest.removeAttribute("aria-label");
    }
    this.scroller = h("div.scroller", {}, this.log.element, this.typingRow);
    this.scroller.addEventListener("scroll", () => this.showLatest(), { passive: true });
    this.footer = h("div.composer", {});
    return [this.banner, h("div.body", {}, this.scroller, this.latest), this.footer];
  }

  /** The field to write in, or why there is none. */
  renderFooter() {
    const over = this.lost ? "error_gone" : this.conversation.state === "closed" ? "state_closed" : "";
    if (this.footer.dataset.over === over && this.footer.firstChild) return;
    this.footer.dataset.over = over;
    if (over) {
      this.field = this.composer = null;
      this.footer.replaceChildren(h("div.over.column", {}, h("p", {}, this.t(over)), h("button.primary", { type: "button", onclick: () => this.restart() }, this.t("restart"))));
      return;
    }
    this.composer = new Composer(this, this.draft ?? this.session("draft") ?? "");
    this.field = this.composer.field;
    this.footer.replaceChildren(this.composer.element);
    this.composer.update();
  }

  showMessages() {
    const { conversation } = this;
    if (!this.log) {
      const fresh = [...conversation.messages.values()].pop();
      if (this.view === "closed" && fresh && fresh.author !== "visitor" && fresh.seq > (this.seen || 0)) {
        this.seen = fresh.seq;
        this.setUnread(this.unread + 1);
      }
      return;
    }
    const stay = !this.atEnd();
    const before = this.log.element.lastElementChild;
    const first = this.log.nodes.size === 0;
    // What was said before is not news: only what comes from now on is announced.
    if (first) this.log.element.setAttribute("aria-live", "off");
    const added = this.log.update(conversation);
    if (first) requestAnimationFrame(() => this.log?.element.setAttribute("aria-live", "polite"));
    this.tellNews(first);
    this.showRefusals();
    const ownNew = before !== this.log.element.lastElementChild && this.log.element.lastElementChild?.matches(".visitor");
    if (first) this.scrollToWhereOneReads();
    else if (ownNew) this.scrollToEnd();
    else if (!stay && added) this.scrollToNew(before);
    else if (!stay) this.scrollToEnd();
    this.showLatest();
  }

  /** Of what others said since the last time: an event for the page, and read aloud where that is wanted. */
  tellNews(known) {
    const seen = this.seen || 0;
    for (const { seq, author, text, language } of this.conversation.messages.values()) {
      this.seen = Math.max(this.seen || 0, seq);
      if (known || author === "visitor" || seq <= seen) continue;
      this.fire("lotse-message", { author });
      if (this.preference("read") && !document.hidden) readAloud(text, language || this.language);
    }
  }

  /** A text the server will never take comes back into the field, where it can be changed. */
  showRefusals() {
    for (const item of this.conversation.refusals) {
      if (item.told) continue;
      item.told = true;
      this.announce(this.errorText(item.error));
      if (item.text && this.field && !this.field.value) {
        this.field.value = item.text;
        this.composer.update();
      }
    }
  }

  showTyping() {
    if (!this.log) return;
    const { typing } = this.conversation;
    this.typingRow.hidden = !typing;
    if (!typing) return this.typingRow.replaceChildren();
    const stay = !this.atEnd();
    const text = typing.author === "staff" && typing.name ? this.t("typing_name", { name: typing.name }) : this.t("typing");
    this.typingRow.replaceChildren(h("span.dots", { "aria-hidden": "true" }, h("i"), h("i"), h("i")), h("span", {}, text));
    if (!stay) this.scrollToEnd();
    return undefined;
  }

  showState() {
    if (!this.log) return;
    const { state, staff, caseNumber } = this.conversation;
    const name = staff?.name;
    const texts = {
      waiting_for_staff: caseNumber ? this.t("state_waiting_case", { number: caseNumber }) : this.t("state_waiting"),
      live: name ? this.t("state_live_name", { name }) : this.t("state_live"),
    };
    let text = texts[state] || this.t("subtitle");
    if (state === "waiting_for_staff") text += this.outlook();
    const changed = this.subtitle.textContent !== text && this.shownState !== undefined && this.shownState !== state;
    this.subtitle.textContent = text;
    this.subtitle.className = state === "live" ? "live" : state === "waiting_for_staff" ? "waiting" : "";
    if (changed) this.announce(text);
    this.shownState = state;
    this.renderFooter();
  }

  /** How long it may take until a person answers, where the server knows. */
  outlook() {
    const { queuePlace, answerBy } = this.conversation;
    // No time is told where too few chats were taken to know one.
    if (queuePlace && queuePlace.minutes !== null) return " · " + this.t("state_queue", { place: queuePlace.place, minutes: queuePlace.minutes });
    return answerBy ? " · " + this.t("state_answer_by", { date: formatDate(this, answerBy) }) : "";
  }

  showConnection() {
    if (!this.banner) return;
    clearTimeout(this.bannerTimer);
    const { connected } = this.conversation;
    if (connected) {
      if (this.wasDown) this.announce(this.t("connected"));
      this.wasDown = false;
      this.banner.hidden = true;
    } else {
      this.wasDown = true;
      const text = this.t(navigator.onLine ? "reconnecting" : "offline");
      this.showBanner(text);
      this.announce(text);
    }
    this.showMessages();
  }

  showBanner(text, duration = 0) {
    this.banner.lastChild.textContent = text;
    this.banner.hidden = false;
    clearTimeout(this.bannerTimer);
    if (duration) this.bannerTimer = setTimeout(() => this.showConnection(), duration);
  }
}
