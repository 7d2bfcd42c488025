// One conversation: its messages, the queue of what is not sent yet, its state. Knows nothing of the page.
//
// Events: "messages" (list or queue changed), "state", "typing", "connection", "language", "reset", "gone", "deleted".

import { Api, ApiError } from "./api.js";
import { Stream } from "./stream.js";
import { Store, Tabs, alone } from "./store.js";

const REPLY_LATE = [4000, 10000, 20000]; // ms after sending: ask for the reply if the stream brought none
const TYPING_AFTER = 350; // ms; a reply is usually faster, and an indicator that flashes is noise
const TYPING_ENDS = 12000; // ms without a sign of life
const TYPING_TOLD = 5000; // ms between two signs that the visitor is writing
const RETRY = [1000, 2000, 5000, 10000, 30000]; // ms between attempts to send
const PAGE = 100; // at least so many messages in an answer: there may be more

/** A random UUID; crypto.randomUUID exists on https and localhost only. */
export function uuid() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 15) | 64;
  bytes[8] = (bytes[8] & 63) | 128;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

export class Conversation extends EventTarget {
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

  // --- what comes in ----------------------------------------------------------------------------------------

  /** Follow the conversation. One tab holds the stream and tells the others: browsers open few connections. */
  listen() {
    if (this.listening || !this.id) return;
    const stop = (this.listening = new AbortController());
    const id = this.id;
    alone("stream:" + id, async () => {
      if (stop.signal.aborted) return;
      this.stream.start();
      await new Promise((resolve) => stop.signal.addEventListener("abort", resolve));
      this.stream.stop();
    }, stop.signal);
  }

  mute() {
    this.listening?.abort();
    this.listening = null;
    this.stream.stop();
    this.forgetTimers();
  }

  async catchUp() {
    const id = this.id;
    for (;;) {
      const { messages = [] } = await this.api.call("GET", `/conversations/${id}/messages?after=${this.lastSeq}`);
      if (id !== this.id) return;
      messages.forEach((message) => this.add(message));
      if (messages.length) this.emit("messages");
      if (messages.length < PAGE) return;
    }
  }

  /** An event of the stream, our own or told by another tab. */
  receive(name, data) {
    if (!this.id) return;
    if (name === "message") {
      this.add(data);
      this.emit("messages");
    } else if (name === "typing") {
      const active = data.active ?? data.typing ?? true;
      this.expectTyping(active ? { author: data.author || "bot", name: data.name || "" } : null);
    } else if (name === "state") {
      this.applyState(data);
    }
  }

  add(message) {
    if (!Number.isInteger(message.seq)) return;
    this.lastSeq = Math.max(this.lastSeq, message.seq);
    this.put(message);
    if (message.author === "visitor") {
      if (message.client_id) this.store.remove("q:" + message.client_id);
    } else {
      if (this.awaiting && message.seq > this.awaiting) this.answered();
      this.setTyping(null);
    }
  }

  put(message) {
    const last = [...this.messages.keys()].pop() || 0;
    this.messages.set(message.seq, message);
    if (message.seq < last) this.messages = new Map([...this.messages].sort(([a], [b]) => a - b));
  }

  applyState(data) {
    if (data.state === "deleted") {
      // Asked for in the conversation itself, in another tab, or its time was over.
      if (this.id) this.emit("deleted");
      return;
    }
    const before = this.language;
    if (data.state) this.state = data.state;
    if ("case_number" in data) this.caseNumber = data.case_number || "";
    if (data.staff) this.staff = typeof data.staff === "string" ? { name: data.staff } : data.staff;
    else if (this.state !== "live") this.staff = null;
    if (data.language) this.language = data.language;
    if (data.direction) this.direction = data.direction;
    this.keep();
    if (this.state !== "bot") this.answered();
    this.emit("state");
    if (before !== this.language) this.emit("language");
  }

  /** The machine is usually done before an indicator could be read; a person is not. */
  expectTyping(who) {
    clearTimeout(this.typingDelay);
    if (who?.author === "bot" && !this.typing) this.typingDelay = setTimeout(() => this.setTyping(who), TYPING_AFTER);
    else this.setTyping(who);
  }

  setTyping(who) {
    clearTimeout(this.typingTimer);
    clearTimeout(this.typingDelay);
    if (who) this.typingTimer = setTimeout(() => this.setTyping(null), TYPING_ENDS);
    if (!who && !this.typing) return;
    this.typing = who;
    this.emit("typing");
  }

  setConnected(up) {
    if (this.connected === up) return;
    this.connected = up;
    this.emit("connection");
    if (up) this.drain();
  }

  /** @returns {boolean} whether the conversation is lost, which is told once */
  refused(error) {
    if (!error.gone) return false;
    if (this.id) this.emit("gone");
    return true;
  }

  /** What another tab tells. */
  hear(message) {
    if (message.type === "conversation") this.adopt();
    else if (message.id !== this.id) return;
    else if (message.type === "event") this.receive(message.name, message.data);
    else if (message.type === "queue") this.emit("messages");
    else if (message.type === "acked") {
      this.put(message.message);
      this.emit("messages");
    }
  }

  /** Another tab began, left or changed the conversation: follow it. */
  adopt() {
    const kept = this.store.get("conversation");
    if ((kept?.id || "") !== this.id) {
      const listening = Boolean(this.listening);
      this.mute();
      this.clear();
      if (this.restore() && listening) this.load().then(() => this.listen());
      this.emit("reset");
    } else if (kept && kept.language !== this.language) {
      this.language = kept.language;
      this.direction = kept.direction;
      this.emit("language");
    }
  }

  // --- what goes out ----------------------------------------------------------------------------------------

  /** Items not acknowledged yet, oldest first. */
  queue() {
    return this.store
      .list("q:")
      .filter((item) => item.conversation === this.id && item.client_id)
      .sort((a, b) => a.order - b.order || (a.client_id < b.client_id ? -1 : 1));
  }

  /**
   * Put a message into the queue; it is on this device's disk when this returns.
   * @param {{text?: string, button?: string}} content
   * @param {string} shown what the visitor sees as their message
   */
  send(content, shown) {
    const order = Math.max(Date.now(), ...this.queue().map((other) => other.order + 1));
    const item = { client_id: uuid(), conversation: this.id, order, at: new Date().toISOString(), shown, ...content };
    this.store.set("q:" + item.client_id, item);
    this.tabs.tell({ type: "queue", id: this.id });
    this.emit("messages");
    this.drain();
  }

  /** Send the queue, one after the other, in one tab at a time. */
  async drain() {
    if (!this.id) return;
    clearTimeout(this.retryTimer);
    if (this.draining) {
      this.drainAgain = true;
      return;
    }
    this.draining = true;
    const id = this.id;
    try {
      do {
        this.drainAgain = false;
        await alone("send:" + id, async () => {
          while (this.id === id && (await this.sendFirst(id)));
        });
      } while (this.drainAgain && this.id === id && !this.problem);
    } finally {
      this.draining = false;
    }
  }

  /** @returns {Promise<boolean>} whether to go on with the next item */
  async sendFirst(id) {
    const [item] = this.queue();
    if (!item) {
      this.setProblem(null);
      return false;
    }
    const { client_id, text, button } = item;
    try {
      const body = button ? { client_id, button } : { client_id, text };
      const { seq } = await this.api.call("POST", `/conversations/${id}/messages`, { body });
      this.attempt = 0;
      this.problem = null;
      const message = { seq, client_id, author: "visitor", text: item.shown, at: item.at };
      if (this.id === id && Number.isInteger(seq) && !this.messages.has(seq)) {
        this.put(message);
        this.tabs.tell({ type: "acked", id, message });
      }
      this.store.remove("q:" + client_id);
      this.expectReply(seq);
      this.emit("messages");
      return true;
    } catch (error) {
      if (this.refused(error)) return false;
      if (!error.temporary) {
        this.store.remove("q:" + client_id);
        this.refusals.push({ ...item, error });
        this.emit("messages");
        return true;
      }
      const wait = error.retryAfter * 1000 || RETRY[Math.min(this.attempt, RETRY.length - 1)];
      this.attempt += 1;
      this.setProblem(error);
      this.retryTimer = setTimeout(() => this.drain(), wait);
      return false;
    }
  }

  setProblem(error) {
    if (this.problem === error) return;
    this.problem = error;
    this.emit("messages");
  }

  /** Send the queue again now, because the visitor asks for it. */
  retry() {
    this.attempt = 0;
    this.problem = null;
    this.emit("messages");
    this.stream.hurry();
    this.drain();
  }

  /** Take a refused item off the list. */
  dismiss(clientId) {
    this.refusals = this.refusals.filter((item) => item.client_id !== clientId);
    this.emit("messages");
  }

  /**
   * Send a form. Rejects with an ApiError; one with `field` belongs to that field.
   * @param {{seq: number, form: {id: string}}} message the message that carries the form
   */
  async submitForm(message, values) {
    // The same key until the server has decided: a repeat after a lost answer must not count twice.
    const client_id = this.formKeys.get(message.seq) || uuid();
    this.formKeys.set(message.seq, client_id);
    const body = { client_id, form: { id: message.form.id, values } };
    const id = this.id;
    try {
      const { seq } = await alone("send:" + id, () => this.api.call("POST", `/conversations/${id}/messages`, { body }));
      this.formKeys.delete(message.seq);
      this.expectReply(seq);
      this.catchUp().catch(() => {});
    } catch (error) {
      if (!error.temporary) this.formKeys.delete(message.seq);
      this.refused(error);
      throw error;
    }
  }

  // --- waiting for the reply --------------------------------------------------------------------------------

  expectReply(seq) {
    this.forgetTimers();
    if (this.state !== "bot" || this.lastSeq > seq) return;
    this.awaiting = seq;
    this.expectTyping({ author: "bot", name: "" });
    // A proxy that holds the stream back must not hold the reply back.
    REPLY_LATE.forEach((wait) => this.later(wait, () => this.catchUp().catch(() => {})));
  }

  answered() {
    this.awaiting = 0;
    this.forgetTimers();
    this.setTyping(null);
  }

  later(wait, work) {
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      work();
    }, wait);
    this.timers.add(timer);
  }

  forgetTimers() {
    this.timers?.forEach((timer) => clearTimeout(timer));
    this.timers?.clear();
  }
}
