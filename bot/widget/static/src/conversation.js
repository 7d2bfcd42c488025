// One conversation: its beginning, its end and its state. Knows nothing of the page.
//
// Conversation → Outgoing (queue, forms) → Incoming (stream, other tabs).
// Events: "messages" (list or queue changed), "state", "typing", "connection", "language", "reset", "gone", "deleted".

import { Api, ApiError } from "./api.js";
import { Outgoing } from "./outgoing.js";
import { Stream } from "./stream.js";
import { Store, Tabs } from "./store.js";

const TYPING_TOLD = 5000; // ms between two signs that the visitor is writing

export class Conversation extends Outgoing {
  /** @param {string} base address of the server */
  constructor(base) {
    super();
    this.api = new Api(base);
    this.store = new Store(base);
    this.tabs = new Tabs(base, (message) => this.hear(message));
    this.stream = new Stream({
      open: (signal) => this.api.stream(`/conversations/${this.id}/events`, this.lastSeq, signal),
      poll: async () => {
        await this.catchUp();
        await this.fetchState();
      },
      event: (name, data) => {
        this.tabs.tell({ type: "event", id: this.id, name, data });
        this.receive(name, data);
      },
      connection: (up) => this.setConnected(up),
      failed: (status) => this.refused(new ApiError(status)),
    });
    this.timers = new Set();
    this.clear();
    // Tabs without BroadcastChannel, and a store that was emptied by hand, show up here.
    this.onStorage = (event) => {
      if (event.key === this.store.space + "conversation" || event.key === null) this.adopt();
    };
    this.onOnline = () => {
      this.attempt = 0;
      this.stream.hurry();
      this.drain();
    };
    this.onOffline = () => this.setConnected(false);
    this.onReturn = (event) => {
      // A page that was frozen may have missed what the other tabs told it: read everything again.
      if (!this.id || (event.type === "pageshow" && !event.persisted) || document.hidden) return;
      if (event.type !== "visibilitychange") this.lastSeq = 0;
      if (this.listening) this.catchUp().catch(() => {});
    };
    addEventListener("storage", this.onStorage);
    addEventListener("online", this.onOnline);
    addEventListener("offline", this.onOffline);
    addEventListener("pageshow", this.onReturn);
    document.addEventListener("resume", this.onReturn);
    document.addEventListener("visibilitychange", this.onReturn);
  }

  /** Let go of everything outside this object. */
  close() {
    this.mute();
    this.tabs.close();
    removeEventListener("storage", this.onStorage);
    removeEventListener("online", this.onOnline);
    removeEventListener("offline", this.onOffline);
    removeEventListener("pageshow", this.onReturn);
    document.removeEventListener("resume", this.onReturn);
    document.removeEventListener("visibilitychange", this.onReturn);
    clearTimeout(this.retryTimer);
    this.forgetTimers();
  }

  clear() {
    this.id = "";
    this.api.token = "";
    this.language = "";
    this.direction = "ltr";
    this.state = "bot";
    this.caseNumber = "";
    this.staff = null;
    this.queuePlace = null;
    this.answerBy = "";
    this.messages = new Map();
    this.lastSeq = 0;
    this.connected = true;
    this.typing = null;
    this.problem = null; // why the first item of the queue does not leave: ApiError
    this.refusals = []; // items the server will never take, with `error`
    this.attempt = 0;
    this.formKeys = new Map();
    this.loaded = false;
  }

  emit(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }

  // --- beginning and end ------------------------------------------------------------------------------------

  /** Take up the conversation this browser keeps, without any request. @returns {boolean} whether there is one */
  restore() {
    const kept = this.store.get("conversation");
    if (!kept || typeof kept.id !== "string" || typeof kept.token !== "string" || !kept.id || !kept.token) return false;
    this.id = kept.id;
    this.api.token = kept.token;
    this.language = String(kept.language || "");
    this.direction = kept.direction === "rtl" ? "rtl" : "ltr";
    this.state = String(kept.state || "bot");
    this.caseNumber = String(kept.caseNumber || "");
    return true;
  }

  keep() {
    if (!this.id) return;
    const { id, language, direction, state, caseNumber } = this;
    this.store.set("conversation", { id, token: this.api.token, language, direction, state, caseNumber });
    this.tabs.tell({ type: "conversation" });
  }

  /**
   * Begin: the visitor has accepted the notice.
   * @param {object} request `language`, `page`, and what the site's attributes say
   */
  async start(request) {
    this.api.token = "";
    const answer = await this.api.call("POST", "/conversations", { body: { ...request, consent: true } });
    this.mute();
    this.clear();
    this.id = answer.id;
    this.api.token = answer.token;
    this.language = answer.language;
    this.direction = answer.direction;
    this.loaded = true;
    this.keep();
    this.emit("reset");
    for (const message of answer.messages || []) this.add(message);
    this.emit("messages");
  }

  /** Open a handed-over conversation again with the case number and the secret of its receipt. */
  async openReceipt(caseNumber, secret) {
    this.api.token = "";
    const answer = await this.api.call("POST", `/receipts/${encodeURIComponent(caseNumber)}`, { body: { secret } });
    this.mute();
    this.clear();
    this.id = answer.id;
    this.api.token = answer.token;
    this.caseNumber = caseNumber;
    this.keep();
    this.emit("reset");
    await this.load();
  }

  /** Fetch state and history of a restored conversation. */
  async load() {
    try {
      await Promise.all([this.fetchState(), this.catchUp()]);
      this.loaded = true;
      this.setConnected(true);
    } catch (error) {
      if (!this.refused(error)) this.setConnected(false);
    }
  }

  async fetchState() {
    const id = this.id;
    const data = await this.api.call("GET", `/conversations/${id}`);
    if (id === this.id) this.applyState(data);
  }

  /** Leave the conversation on this device. It stays on the server. @returns {string} texts that never left */
  leave() {
    const unsent = [...this.refusals, ...this.queue()].map((item) => item.text || "").filter(Boolean).join("\n");
    this.mute();
    this.store.list("q:").forEach((item) => this.store.remove("q:" + item.client_id));
    this.store.remove("conversation");
    this.tabs.tell({ type: "conversation" });
    this.clear();
    this.emit("reset");
    return unsent;
  }

  /** Erase it everywhere. */
  async erase() {
    await this.api.call("DELETE", `/conversations/${this.id}`).catch((error) => {
      if (!error.gone) throw error; // erased before, e.g. in another tab: that is what was wanted
    });
    this.leave();
    this.store.clear();
  }

  /** Everything the server stores about it, as JSON. */
  export() {
    return this.api.call("GET", `/conversations/${this.id}/export`, { timeout: 60000 });
  }

  /** Number, secret link and picture of the case's receipt; the addresses are good for some minutes. */
  receipt() {
    return this.api.call("POST", `/conversations/${this.id}/receipt`);
  }

  async setLanguage(language) {
    const id = this.id;
    const answer = await this.api.call("PUT", `/conversations/${id}/language`, { body: { language } });
    if (id === this.id) this.applyState({ language, ...answer });
  }

  rate(seq, value, comment) {
    const body = { seq, value };
    if (comment) body.comment = comment;
    return this.api.call("POST", `/conversations/${this.id}/ratings`, { body });
  }

  /** Show a member of staff that the visitor is writing; the machine does not care. */
  tellTyping() {
    if (this.state !== "live" || Date.now() - (this.toldTyping || 0) < TYPING_TOLD) return;
    this.toldTyping = Date.now();
    this.api.call("POST", `/conversations/${this.id}/typing`).catch(() => {});
  }
}
