// What goes out: the queue, which is on this device's disk until the server has each message, and forms.

import { Incoming } from "./incoming.js";
import { alone } from "./store.js";

const RETRY = [1000, 2000, 5000, 10000, 30000]; // ms between attempts to send

/** A random UUID; crypto.randomUUID exists on https and localhost only. */
export function uuid() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 15) | 64;
  bytes[8] = (bytes[8] & 63) | 128;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

export class Outgoing extends Incoming {
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
}
