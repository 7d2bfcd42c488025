// A visit from the notice to the end: loading the texts, accepting, taking up, beginning anew, erasing.

import { conversationText, saveFile } from "./download.js";
import { Ui } from "./ui.js";

const RECEIPT = /^[A-Z]{2,4}(-[A-Z0-9]{2,8}){1,3}$/i;

/** The receipt in the page's address (`?case=HL-7K3M-92#secret`), if there is one. */
export function receiptInAddress() {
  const number = new URLSearchParams(location.search).get("case") || "";
  const secret = decodeURIComponent(location.hash.slice(1));
  return RECEIPT.test(number) && secret.length >= 16 ? { number, secret } : null;
}

export class Visit extends Ui {
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
    this.scrollToWhereOneReads();
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

  downloadText() {
    saveFile(this, conversationText(this), "text/plain", "txt");
    this.closeSheet();
  }

  async downloadAll() {
    try {
      saveFile(this, JSON.stringify(await this.conversation.export(), null, 2), "application/json", "json");
      this.closeSheet();
    } catch (error) {
      this.closeSheet();
      this.announce(error.message || this.t("error_download"), true);
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
    // What changes at one moment is drawn once: each drawing measures the list.
    let due = false;
    on("messages", () => {
      if (!this.log) return this.showMessages();
      if (!due) queueMicrotask(() => {
        due = false;
        this.showMessages();
      });
      due = true;
      return undefined;
    });
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
}
