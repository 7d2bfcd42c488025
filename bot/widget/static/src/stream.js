// Server-Sent Events over fetch: EventSource cannot send an Authorization header.

/**
 * Reads the lines of an event stream.
 * @returns {(chunk: string) => {event: string, id: string, data: string}[]} feed it text, get whole events
 */
export function eventParser() {
  let rest = "";
  let event = { event: "message", id: "", data: [] };
  return (chunk) => {
    const events = [];
    const lines = (rest + chunk).split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop();
    for (const line of lines) {
      if (line === "") {
        if (event.data.length) events.push({ ...event, data: event.data.join("\n") });
        event = { event: "message", id: "", data: [] };
      } else if (line[0] !== ":") {
        const colon = line.indexOf(":");
        const name = colon < 0 ? line : line.slice(0, colon);
        const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
        if (name === "data") event.data.push(value);
        else if (name === "event") event.event = value || "message";
        else if (name === "id") event.id = value;
      }
    }
    return events;
  };
}

const SILENCE = 40000; // ms; the server sends a comment every 15 s, so a connection this quiet is dead
const POLLING = 3000; // ms
const PAUSES = [500, 1000, 2000, 5000, 10000, 20000, 30000]; // ms before each new attempt

/**
 * Keeps one stream open: resumes after the last message, waits longer after each failure, and asks by
 * polling where streams do not get through (some proxies hold them back until they end).
 */
export class Stream {
  /**
   * @param {object} hooks `open(signal)` → Response, `poll()` → Promise, `event(name, data)`,
   *   `connection(up)`, `failed(status)` → true if it makes no sense to go on
   */
  constructor(hooks) {
    this.hooks = hooks;
    this.running = false;
    this.failures = 0;
    this.wake = () => {};
  }

  start() {
    if (this.running) return;
    this.running = true;
    this.run = (this.run || Promise.resolve()).then(() => this.loop());
  }

  stop() {
    this.running = false;
    this.abort?.abort();
    this.wake();
  }

  /** Try again at once, e.g. because the browser reports a connection. */
  hurry() {
    this.failures = 0;
    this.wake();
  }

  async loop() {
    while (this.running) {
      const status = await this.once();
      if (!this.running) return;
      if (status && this.hooks.failed(status)) {
        this.running = false;
        return;
      }
      this.failures += 1;
      // The first break is ordinary (a proxy's time limit, a sleeping laptop) and not worth a notice.
      let reachable = false;
      if (this.failures > 1) {
        try {
          await this.hooks.poll();
          reachable = true;
        } catch {
          // shown below
        }
        this.hooks.connection(reachable);
      }
      await this.pause(reachable);
    }
  }

  /** One connection until it ends. Resolves with the HTTP status of a refusal, otherwise 0. */
  async once() {
    this.abort = new AbortController();
    let watchdog;
    const alive = () => {
      clearTimeout(watchdog);
      watchdog = setTimeout(() => this.abort.abort(), SILENCE);
    };
    try {
      alive();
      const response = await this.hooks.open(this.abort.signal);
      if (!response.ok || !response.body) return response.status;
      const reader = response.body.getReader();
      const decoder = new TextDecoder();
      const parse = eventParser();
      this.hooks.connection(true);
      for (;;) {
        const { value, done } = await reader.read();
        if (done) return 0;
        alive();
        this.failures = 0;
        for (const { event, data } of parse(decoder.decode(value, { stream: true }))) {
          let content;
          try {
            content = JSON.parse(data);
          } catch {
            continue; // an event this version does not understand must not end the stream
          }
          this.hooks.event(event, content);
        }
      }
    } catch {
      return 0;
    } finally {
      clearTimeout(watchdog);
    }
  }

  /** @param {boolean} reachable the server answers, only streams do not get through: ask often enough to talk */
  pause(reachable) {
    const growing = PAUSES[Math.min(this.failures, PAUSES.length) - 1] || PAUSES[0];
    const longest = reachable ? Math.min(growing, POLLING) : growing;
    // Spread, so that a thousand pages do not come back in the same moment after a restart.
    const pause = longest * (0.7 + 0.6 * Math.random());
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, pause);
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
