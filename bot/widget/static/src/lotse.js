// <lotse-chat>: the element itself. It joins the page (attributes, events, themes), the conversation and the
// views. See docs/embedding.md for what a site may use.

import { Api } from "./api.js";
import { Composer } from "./composer.js";
import { Conversation } from "./conversation.js";
import { h, icon } from "./dom.js";
import { Log } from "./log.js";
import { deletedView, noticeView, unreachableView } from "./notice.js";
import { languageSheet, menuSheet } from "./sheets.js";
import { hush, onVoices, readAloud } from "./speech.js";
import { STYLE } from "./style.js";
import { LANGUAGES, LAUNCHER, UNREACHABLE, browserCode, embedded, fill } from "./words.js";

const NEAR_END = 80; // px from the end of the log that still count as reading the newest message
const RECEIPT = /^[A-Z]{2,4}(-[A-Z0-9]{2,8}){1,3}$/i;

let styles = null;

/** One style sheet for all elements; adopted sheets need no exception in a Content-Security-Policy. */
function adopt(root) {
  if (!styles) {
    styles = new CSSStyleSheet();
    styles.replaceSync(STYLE);
  }
  root.adoptedStyleSheets = [styles];
}

/** The receipt in the page's address (`?case=HL-7K3M-92#secret`), if there is one. */
function receiptInAddress() {
  const number = new URLSearchParams(location.search).get("case") || "";
  const secret = decodeURIComponent(location.hash.slice(1));
  return RECEIPT.test(number) && secret.length >= 16 ? { number, secret } : null;
}

class LotseChat extends HTMLElement {
  static observedAttributes = ["language", "theme", "corner", "mode", "open"];

  constructor() {
    super();
    this.ids = 0;
    this.texts = null;
    this.language = "";
    this.direction = "ltr";
    this.region = {};
    this.unread = 0;
    this.view = "closed";
  }

  connectedCallback() {
    if (this.root) return this.attach();
    this.root = this.attachShadow({ mode: "open" });
    adopt(this.root);
    this.status = h("div.sr", { role: "status" });
    this.launcher = h("button.launcher", {
      type: "button", part: "launcher", "aria-haspopup": "dialog", "aria-expanded": "false", onclick: () => this.open(),
    }, icon("chat"));
    this.root.append(this.launcher, this.status);
    this.addEventListener("keydown", (event) => this.onKey(event));
    return this.attach();
  }

  attach() {
    const base = (this.getAttribute("api") || new URL(import.meta.url).origin).replace(/\/+$/, "");
    this.api = new Api(base);
    this.conversation = new Conversation(base);
    this.watch();
    this.applyTheme();
    this.darkness = matchMedia("(prefers-color-scheme: dark)");
    this.darkness.addEventListener("change", (this.onDark = () => this.applyTheme()));
    globalThis.visualViewport?.addEventListener("resize", (this.onViewport = () => this.fitKeyboard()));
    this.receipt = receiptInAddress();
    const restored = this.conversation.restore();
    this.renderLauncher();
    if (restored) {
      // A message that was on its way when the page closed leaves now; a person may answer any time.
      this.conversation.drain();
      if (this.conversation.state !== "bot") this.conversation.listen();
    }
    if (this.pageMode || this.hasAttribute("open") || this.receipt || (restored && this.session("open"))) this.open({ focus: Boolean(this.receipt) });
    this.fire("lotse-ready");
  }

  disconnectedCallback() {
    hush();
    this.darkness.removeEventListener("change", this.onDark);
    globalThis.visualViewport?.removeEventListener("resize", this.onViewport);
    this.conversation.close();
    this.panel?.remove();
    this.panel = null;
    this.texts = null;
    this.view = "closed";
  }

  attributeChangedCallback(name, before, now) {
    if (!this.conversation || before === now) return;
    if (name === "theme" || name === "corner") this.applyTheme();
    else if (name === "language" && now) this.setLanguage(now);
    else if (name === "open") {
      if (now === null) this.close();
      else this.open();
    }
  }

  // --- for the site (docs/embedding.md) ---------------------------------------------------------------------

  /** Open the chat; the notice comes first where the visitor has not accepted it. */
  async open({ focus = true } = {}) {
    if (this.view !== "closed") return;
    this.view = "loading";
    this.launcher.setAttribute("aria-expanded", "true");
    this.launcher.hidden = true;
    this.setUnread(0);
    this.wantsFocus = focus && !this.pageMode;
    this.render();
    if (this.conversation.id) this.session("open", true);
    this.fire("lotse-open");
    await this.enter();
  }

  /** Close the chat; the conversation stays. */
  close() {
    if (this.view === "closed" || this.pageMode) return;
    this.view = "closed";
    this.sheetOpen = null;
    hush();
    this.panel?.remove();
    this.panel = null;
    this.log = null;
    this.launcher.hidden = false;
    this.launcher.setAttribute("aria-expanded", "false");
    this.renderLauncher();
    this.launcher.focus();
    this.session("open", null);
    // Nobody looks: only a person's answer, or a reply under way, is worth an open connection.
    const { conversation } = this;
    if (conversation.state === "bot" && !conversation.awaiting && !conversation.queue().length) conversation.mute();
    this.fire("lotse-close");
  }

  /** Whether the chat is open. */
  get isOpen() {
    return this.view !== "closed";
  }

  /**
   * Write in the visitor's name, e.g. from a link "Ask the assistant" on the page. Before the visitor has
   * accepted the notice the text only waits in the field.
   */
  send(text) {
    if (this.view === "chat") this.conversation.send({ text }, text);
    else {
      this.draft = text;
      this.open();
    }
  }

  /** Change the language of the chat, and of a conversation that runs. */
  setLanguage(language) {
    return this.chooseLanguage(language);
  }

  fire(name, detail = {}) {
    this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }));
  }

  get pageMode() {
    return this.getAttribute("mode") === "page";
  }

  // --- what the views use -----------------------------------------------------------------------------------

  t(key, values) {
    const text = this.texts?.[key];
    return text === undefined ? "" : fill(text, values);
  }

  has(key) {
    return Boolean(this.texts?.[key]);
  }

  get locale() {
    return browserCode(this.language);
  }

  nextId() {
    this.ids += 1;
    return "l" + this.ids;
  }

  /** Tell screen readers something that is not a message; `seen` shows it to everybody as well. */
  announce(text, seen = false) {
    this.status.textContent = "";
    // A text that is the same as before is not announced unless it appears anew.
    setTimeout(() => {
      this.status.textContent = text;
    }, 50);
    if (seen && this.banner) this.showBanner(text, 6000);
  }

  errorText(error) {
    if (error.message) return error.message;
    if (error.status === 429) return this.t("error_busy", { seconds: error.retryAfter || 10 });
    if (!error.temporary && error.status) return error.gone ? this.t("error_gone") : this.t("error_refused");
    const phone = this.phone();
    return phone ? this.t("error_unreachable_phone", { phone }) : this.t("error_unreachable");
  }

  phone() {
    const number = this.region.telephone;
    return typeof number === "string" ? number.replace(/[\u2066-\u2069]/g, "") : "";
  }

  languages() {
    const list = Array.isArray(this.region.languages) ? this.region.languages : [];
    const known = list
      .filter((language) => language && language.code)
      .map((language) => ({ ...language, name: language.native_name || language.native || language.name || language.code }));
    return known.length ? known : LANGUAGES;
  }

  languageName(code) {
    return this.languages().find((language) => language.code === code)?.name || code;
  }

  saved() {
    const offers = this.conversation.store.get("saved");
    return Array.isArray(offers) ? offers : [];
  }

  toggleSaved(offer) {
    const rest = this.saved().filter((other) => other.id !== offer.id);
    this.conversation.store.set("saved", rest.length === this.saved().length ? [...rest, offer] : rest);
  }

  preference(name) {
    return Boolean(this.conversation.store.get("preferences")?.[name]);
  }

  setPreference(name, value) {
    this.conversation.store.set("preferences", { ...this.conversation.store.get("preferences"), [name]: value });
  }

  /** What belongs to this tab alone. */
  session(name, value) {
    try {
      const key = this.conversation.store.space + name;
      if (value === undefined) return sessionStorage.getItem(key);
      if (value === null) sessionStorage.removeItem(key);
      else sessionStorage.setItem(key, String(value));
    } catch {
      // this tab forgets it on reload
    }
    return null;
  }

  /** @param {boolean} [quiet] not on touch screens, where the keyboard would cover the reply */
  focusComposer(quiet = false) {
    if (!this.panel) return;
    if (this.field && !(quiet && matchMedia("(pointer: coarse)").matches)) this.field.focus({ preventScroll: true });
    else this.log?.element.focus({ preventScroll: true });
  }

  // --- going in ---------------------------------------------------------------------------------------------

  /** The language of the place where the element stands. */
  pageLanguage() {
    const code = this.getAttribute("language") || this.closest("[lang]")?.lang || navigator.language || "de";
    return this.knownLanguage(code);
  }

  knownLanguage(code) {
    const wanted = String(code).toLowerCase();
    const codes = this.languages().map((language) => language.code);
    return codes.find((known) => known.toLowerCase() === wanted) || codes.find((known) => known === wanted.split("-")[0]) || wanted.split("-")[0];
  }

  async enter() {
    const language = this.conversation.language || this.pageLanguage();
    try {
      await Promise.all([this.loadTexts(language), this.loadRegion(language)]);
    } catch {
      if (this.view === "loading") this.go("unreachable");
      return;
    }
    if (this.view === "closed") return;
    if (this.receipt) this.go("receipt");
    else if (this.conversation.id) this.resume();
    else this.go("notice");
  }

  async loadTexts(language) {
    const answer = await this.api.call("GET", "/interface?lang=" + encodeURIComponent(language));
    this.texts = answer.texts || {};
    this.language = answer.language || language;
    this.direction = answer.direction === "rtl" ? "rtl" : "ltr";
  }

  async loadRegion(language) {
    // Only a help (telephone, list of languages): without it the chat works.
    this.region = await this.api.call("GET", "/region?lang=" + encodeURIComponent(language)).catch(() => this.region);
  }

  async resume() {
    const { conversation } = this;
    this.go("chat");
    await conversation.load();
    conversation.drain();
    conversation.listen();
    this.scrollToEnd();
  }

  /** The visitor has accepted. */
  async accept(button, status) {
    if (button.getAttribute("aria-disabled") === "true") return;
    button.setAttribute("aria-disabled", "true");
    status.textContent = "";
    try {
      if (this.view === "receipt") {
        const { number, secret } = this.receipt;
        await this.conversation.openReceipt(number, secret);
        this.forgetReceipt();
        if (this.conversation.language && this.conversation.language !== this.language) await this.loadTexts(this.conversation.language);
      } else await this.begin();
      this.session("open", true);
      this.wantsFocus = true;
      this.go("chat");
      this.conversation.listen();
    } catch (error) {
      button.removeAttribute("aria-disabled");
      status.textContent = this.view === "receipt" && !error.temporary ? this.t("receipt_unknown") : this.errorText(error);
    }
  }

  /** Ask the server for a new conversation. */
  async begin() {
    const request = { language: this.language, page: location.origin + location.pathname };
    for (const name of ["topic", "persona", "campaign"]) {
      const value = this.getAttribute(name);
      if (value) request[name] = value;
    }
    await this.conversation.start(request);
    this.fire("lotse-start");
    if (this.conversation.store.refused) this.announce(this.t("error_storage"), true);
  }

  forgetReceipt() {
    this.receipt = null;
    const url = new URL(location.href);
    url.searchParams.delete("case");
    url.hash = "";
    // The secret must not stay in the address line, the history or a bookmark.
    history.replaceState(history.state, "", url);
  }

  async restart() {
    const unsent = this.conversation.leave();
    this.draft = [unsent, this.draft].filter(Boolean).join("\n");
    this.leaving = true;
    try {
      await this.begin();
      this.wantsFocus = true;
      this.go("chat");
      this.conversation.listen();
    } catch (error) {
      this.go("notice");
      this.announce(this.errorText(error));
    } finally {
      this.leaving = false;
    }
  }

  async erase() {
    this.leaving = true;
    try {
      await this.conversation.erase();
      this.draft = "";
      this.field = null;
      this.session("open", null);
      this.session("draft", null);
      this.wantsFocus = true;
      this.go("deleted");
      this.fire("lotse-end");
    } finally {
      this.leaving = false;
    }
  }

  async download() {
    try {
      const data = await this.conversation.export();
      const address = URL.createObjectURL(new Blob([JSON.stringify(data, null, 2)], { type: "application/json" }));
      const name = (this.conversation.caseNumber || new Date().toISOString().slice(0, 10)).toLowerCase();
      h("a", { href: address, download: `heimatlotse-${name}.json` }).click();
      setTimeout(() => URL.revokeObjectURL(address), 10000);
      this.closeSheet();
    } catch (error) {
      this.closeSheet();
      this.announce(this.errorText(error), true);
    }
  }

  async chooseLanguage(code) {
    const language = this.knownLanguage(code);
    if (language === this.language || this.view === "closed") {
      this.renderLauncher();
      return this.closeSheet();
    }
    try {
      if (this.conversation.id) {
        this.switching = true;
        await this.conversation.setLanguage(language);
      }
      await Promise.all([this.loadTexts(language), this.loadRegion(language)]);
      this.sheetOpen = null;
      this.wantsFocus = true;
      this.render();
      this.fire("lotse-language", { language });
    } catch (error) {
      this.closeSheet();
      this.announce(this.errorText(error), true);
    } finally {
      this.switching = false;
    }
    return undefined;
  }

  /** React to the conversation. */
  watch() {
    const { conversation } = this;
    const on = (type, work) => conversation.addEventListener(type, work);
    on("messages", () => this.showMessages());
    on("typing", () => this.showTyping());
    on("state", () => this.showState());
    on("connection", () => this.showConnection());
    on("gone", () => {
      conversation.mute();
      if (this.view === "chat") this.showState();
      this.lost = true;
      this.render();
    });
    on("deleted", () => {
      this.leaving = true;
      conversation.leave();
      this.leaving = false;
      this.draft = "";
      this.session("open", null);
      this.session("draft", null);
      this.field = null;
      if (this.view === "chat") this.go("deleted");
      this.fire("lotse-end");
    });
    on("language", async () => {
      // The conversation followed the visitor, or another tab changed it: the interface follows too.
      if (this.switching || !this.texts || conversation.language === this.language) return;
      await this.loadTexts(conversation.language).catch(() => {});
      if (this.view !== "closed") this.render();
      this.fire("lotse-language", { language: this.language });
    });
    on("reset", () => {
      this.lost = false;
      this.log?.clear();
      if (!conversation.id && !this.leaving) {
        this.session("open", null);
        this.session("draft", null);
      }
      if (this.leaving || this.view === "closed" || this.view === "loading") return;
      // Another tab began or left a conversation.
      if (conversation.id && this.view === "notice") this.resume();
      else if (!conversation.id && this.view === "chat") this.go("notice"); // what was being written stays in memory
    });
  }

  // --- drawing ----------------------------------------------------------------------------------------------

  applyTheme() {
    const wanted = this.getAttribute("theme") || "auto";
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
      if (atEnd || top === undefined) this.scrollToEnd();
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
    const last = [...conversation.messages.values()].pop();
    const seen = this.seen || 0;
    this.seen = Math.max(seen, last?.seq || 0);
    if (!first && added) {
      this.fire("lotse-message", { author: last.author });
      if (this.preference("read") && last.author !== "visitor" && last.seq > seen && !document.hidden) readAloud(last.text, last.language || this.language);
    }
    this.showRefusals();
    const ownNew = before !== this.log.element.lastElementChild && this.log.element.lastElementChild?.matches(".visitor");
    if (ownNew || first) this.scrollToEnd();
    else if (!stay && added) this.scrollToNew(before);
    else if (!stay) this.scrollToEnd();
    this.showLatest();
  }

  /** Only from half a screen on: before that the way is short and the button would cover what is read. */
  showLatest() {
    if (!this.scroller) return;
    const { scrollHeight, scrollTop, clientHeight } = this.scroller;
    this.latest.hidden = scrollHeight - scrollTop - clientHeight < Math.max(NEAR_END, clientHeight / 2);
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
    const text = texts[state] || this.t("subtitle");
    const changed = this.subtitle.textContent !== text && this.shownState !== undefined && this.shownState !== state;
    this.subtitle.textContent = text;
    this.subtitle.className = state === "live" ? "live" : state === "waiting_for_staff" ? "waiting" : "";
    if (changed) this.announce(text);
    this.shownState = state;
    this.renderFooter();
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

  // --- sheets, keys, scrolling ------------------------------------------------------------------------------

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

  /** Where an on-screen keyboard lies over the page (iOS), keep the field above it. */
  fitKeyboard() {
    const { panel } = this;
    if (!panel || this.pageMode) return;
    const { height, offsetTop, scale } = visualViewport;
    const covered = this.fullScreen() && scale < 1.05 ? Math.max(0, innerHeight - height - offsetTop) : 0;
    const atEnd = this.atEnd();
    panel.style.insetBlockEnd = covered > 1 ? covered + "px" : "";
    if (atEnd) this.scrollToEnd();
  }

  fullScreen() {
    return matchMedia("(max-width: 30em), (max-height: 26em)").matches;
  }

  atEnd() {
    const { scroller } = this;
    return !scroller || scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < NEAR_END;
  }

  scrollToEnd(smooth = false) {
    if (!this.scroller) return;
    const still = !smooth || matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.scroller.scrollTo({ top: this.scroller.scrollHeight, behavior: still ? "instant" : "smooth" });
  }

  /** Show the beginning of what is new: a long answer is read from its first line. */
  scrollToNew(before) {
    const first = before?.isConnected ? before.nextElementSibling : this.log.element.firstElementChild;
    const end = this.scroller.scrollHeight - this.scroller.clientHeight;
    if (first) this.scroller.scrollTo({ top: Math.min(first.offsetTop - 10, end), behavior: "instant" });
  }
}

onVoices(() => {}); // asks the browser to load its list of voices
if (!customElements.get("lotse-chat")) customElements.define("lotse-chat", LotseChat);
