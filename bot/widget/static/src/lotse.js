// <lotse-chat>: the element itself. It joins the page (attributes, events, themes), the conversation and the
// views. See docs/embedding.md for what a site may use.
//
// LotseChat → Focus (sheets, keyboard) → Panel (drawing) → Reading (scrolling) → Visit (notice to end) → Ui (texts).

import { Api } from "./api.js";
import { Conversation } from "./conversation.js";
import { h, icon } from "./dom.js";
import { Focus } from "./focus.js";
import { hush, onVoices } from "./speech.js";
import { STYLE } from "./style.js";
import { receiptInAddress } from "./visit.js";

let styles = null;

/** One style sheet for all elements; adopted sheets need no exception in a Content-Security-Policy. */
function adopt(root) {
  if (!styles) {
    styles = new CSSStyleSheet();
    styles.replaceSync(STYLE);
  }
  root.adoptedStyleSheets = [styles];
}

class LotseChat extends Focus {
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
}

onVoices(() => {}); // asks the browser to load its list of voices
if (!customElements.get("lotse-chat")) customElements.define("lotse-chat", LotseChat);
