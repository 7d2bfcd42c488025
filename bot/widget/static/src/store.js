// What the browser keeps, and how several tabs hear of it. Nothing is written before the visitor's consent:
// only Conversation calls `set`, and only after `start` or `openReceipt`.

const PREFIX = "lotse:";

/** localStorage that forgets when the page closes where the browser refuses it. */
export class Store {
  /** @param {string} space the API's address: two districts on one site do not share a conversation */
  constructor(space) {
    this.space = PREFIX + space + ":";
    this.memory = new Map();
    this.refused = false;
  }

  get(key) {
    try {
      const text = localStorage.getItem(this.space + key);
      return text === null ? this.memory.get(key) ?? null : JSON.parse(text);
    } catch {
      return this.memory.get(key) ?? null;
    }
  }

  set(key, value) {
    try {
      localStorage.setItem(this.space + key, JSON.stringify(value));
      this.memory.delete(key);
    } catch {
      this.refused = true;
      this.memory.set(key, value);
    }
  }

  remove(key) {
    this.memory.delete(key);
    try {
      localStorage.removeItem(this.space + key);
    } catch {
      // nothing was stored there either
    }
  }

  /** All values whose key begins so. One key an item: two tabs that write at once do not lose one. */
  list(start) {
    const keys = new Set([...this.memory.keys()].filter((key) => key.startsWith(start)));
    try {
      for (let i = 0; i < localStorage.length; i += 1) {
        const key = localStorage.key(i);
        if (key.startsWith(this.space + start)) keys.add(key.slice(this.space.length));
      }
    } catch {
      // memory only
    }
    return [...keys].map((key) => this.get(key)).filter((value) => value && typeof value === "object");
  }

  clear() {
    for (const key of [...this.memory.keys()]) this.memory.delete(key);
    try {
      Object.keys(localStorage)
        .filter((key) => key.startsWith(this.space))
        .forEach((key) => localStorage.removeItem(key));
    } catch {
      // memory only
    }
  }
}

/** Messages between the tabs of one site. */
export class Tabs {
  constructor(space, receive) {
    try {
      this.channel = new BroadcastChannel(PREFIX + space);
      this.channel.onmessage = (event) => receive(event.data);
    } catch {
      this.channel = null;
    }
  }

  tell(message) {
    this.channel?.postMessage(message);
  }

  close() {
    this.channel?.close();
  }
}

/**
 * Run `work` while no other tab does the same. Without the Web Locks API (pages on plain http) every tab
 * works for itself: `client_id` keeps that correct, it only costs a connection more.
 * @param {AbortSignal} [signal] gives up the waiting place
 */
export async function alone(name, work, signal) {
  if (!navigator.locks) return work();
  try {
    return await navigator.locks.request(PREFIX + name, { signal }, work);
  } catch (error) {
    if (signal?.aborted) return undefined;
    if (error?.name === "SecurityError") return work();
    throw error;
  }
}
