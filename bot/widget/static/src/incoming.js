// What comes in: the stream, what was missed meanwhile, what other tabs tell.

import { alone } from "./store.js";

const TYPING_AFTER = 350; // ms; a reply is usually faster, and an indicator that flashes is noise
const TYPING_ENDS = 12000; // ms without a sign of life
const REPLY_LATE = [4000, 10000, 20000]; // ms after sending: ask for the reply if the stream brought none
const PAGE = 100; // at least so many messages in an answer: there may be more

export class Incoming extends EventTarget {
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
    // How long it may take: a place in the queue while somebody is looked for, or the day of the answer.
    this.queuePlace = data.queue || null;
    this.answerBy = data.answer_by || "";
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
