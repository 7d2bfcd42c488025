// The list of messages: role="log", one element a message, which is never made anew while it stays the same
// message. Screen readers announce what is added, so moving or rebuilding would make them repeat themselves.

import { h, icon, outside, prose, linked, safeUrl } from "./dom.js";
import { offerCard, formatDate } from "./offer.js";
import { messageForm } from "./form.js";
import { Tools, isAnswer } from "./tools.js";
import { browserCode } from "./words.js";

const LAID_OUT = 40; // so many of the newest messages are always laid out; the browser skips older ones out of sight
const GROUP = 5 * 60 * 1000; // ms; messages of one author closer than this belong together

export class Log {
  constructor(ui) {
    this.ui = ui;
    this.nodes = new Map(); // key -> {element, message}
    this.arranged = []; // what `arrange` saw last: [node, message]
    this.done = new Set(); // seq of forms sent in this page
    this.tools = new Tools(ui);
    this.element = h("div.log", { role: "log", "aria-live": "polite", "aria-relevant": "additions", "aria-label": ui.t("log_label"), tabindex: "0" });
  }

  /** Bring the elements in line with the conversation. @returns {number} how many came from others */
  update(conversation) {
    const wanted = [];
    for (const message of conversation.messages.values()) wanted.push([key(message), message, ""]);
    for (const item of conversation.refusals) wanted.push([item.client_id, asMessage(item), "refused", item]);
    const waiting = conversation.queue();
    waiting.forEach((item, i) => {
      // The browser may hold an acknowledged item for a moment longer than the list of messages.
      if (!this.has(conversation, item.client_id)) {
        const problem = conversation.problem;
        const state = !problem ? "sending" : !navigator.onLine ? "offline" : problem.status === 429 ? "busy" : conversation.attempt > 1 ? "failed" : "sending";
        wanted.push([item.client_id, asMessage(item), i && state === "busy" ? "sending" : state, { problem }]);
      }
    });

    let added = 0;
    const keys = new Set(wanted.map(([name]) => name));
    for (const [name, { element }] of this.nodes) {
      if (!keys.has(name)) {
        element.remove();
        this.nodes.delete(name);
      }
    }
    let before = null;
    for (const [name, message, state, extra] of wanted) {
      let node = this.nodes.get(name);
      if (!node) {
        node = this.node(message);
        this.nodes.set(name, node);
        if (message.author !== "visitor") added += 1;
      }
      const place = before ? before.nextSibling : this.element.firstChild;
      if (node.element !== place) this.element.insertBefore(node.element, place);
      this.setState(node, message, state, extra);
      before = node.element;
    }
    this.arrange(wanted.map(([name, message]) => [this.nodes.get(name), message]));
    return added;
  }

  /** A message's element and the parts of it that change later: looking for them each time would cost with each message. */
  node(message) {
    const element = this.messageElement(message);
    return {
      element,
      message,
      day: element.querySelector(":scope > .day"),
      foot: element.querySelector(".foot"),
      tools: element.querySelector(".tools"),
      passing: element.querySelectorAll(":scope > .suggestions, :scope > .form"),
    };
  }

  has(conversation, clientId) {
    for (const message of conversation.messages.values()) if (message.client_id === clientId) return true;
    return false;
  }

  /** Group neighbours of one author, head each day, and keep buttons and forms only where they still count. */
  arrange(entries) {
    const lastVisitor = lastOf(entries);
    const from = Math.min(this.unchanged(entries) - 1, lastVisitor, lastOf(this.arranged), this.arranged.length - LAID_OUT);
    this.arranged = entries;
    let previous = null;
    entries.forEach(([{ element, day, tools, passing }, message], i) => {
      if (i < from - 1) return; // nothing about it has changed
      const time = new Date(message.at || Date.now());
      const follows = previous && previous.author === message.author && previous.name === message.name && time - previous.time < GROUP;
      const newDay = !previous || previous.time.toDateString() !== time.toDateString();
      previous = { author: message.author, name: message.name, time };
      if (i < from) return; // looked at for the sake of the next one
      const next = entries[i + 1]?.[1];
      const ends = !next || next.author !== message.author || next.name !== message.name || new Date(next.at || Date.now()) - time >= GROUP;
      element.classList.toggle("follows", Boolean(follows) && !newDay);
      element.classList.toggle("ends", ends);
      day.hidden = !newDay || entries.length < 2;
      if (!day.hidden && day.dataset.day !== time.toDateString()) {
        day.dataset.day = time.toDateString();
        day.textContent = dayName(this.ui, time);
      }
      const current = i > lastVisitor;
      for (const part of passing) part.hidden = !current;
      element.classList.toggle("far", i < entries.length - LAID_OUT);
      if (tools) tools.hidden = !ends && !isAnswer(message) && !tools.matches(":focus-within");
    });
  }

  /** @returns {number} how many of the first entries are the ones that `arrange` saw last */
  unchanged(entries) {
    const i = entries.findIndex(([node, message], n) => {
      const [known, before] = this.arranged[n] || [];
      return node !== known || message.at !== before.at || message.name !== before.name;
    });
    return i < 0 ? entries.length : i;
  }

  messageElement(message) {
    const { ui } = this;
    const visitor = message.author === "visitor";
    const language = browserCode(message.language || ui.language);
    const element = h(`div.message.${message.author || "system"}`, {
      lang: message.language ? language : null,
      dir: message.direction || (visitor ? null : ui.direction),
    });
    element.append(h("p.day", { hidden: true, dir: ui.direction }));
    const author = message.author === "staff" && message.name ? message.name : ui.t("author_" + (message.author || "system"));
    const who = h("p.author", { lang: browserCode(ui.language) }, message.author === "staff" ? [h("bdi", {}, author)] : author);
    if (message.author !== "staff") who.classList.add("sr");
    element.append(who);
    if (message.text) {
      const content = visitor ? message.text.split("\n").map((line) => h("p", { dir: "auto" }, ...linked(line))) : prose(message.text);
      element.append(h("div.bubble", visitor ? { dir: "auto" } : {}, ...content));
    }
    if (message.offers?.length) element.append(h("div.offers", {}, ...message.offers.map((offer) => offerCard(ui, offer))));
    if (message.sources?.length) element.append(this.sources(message.sources));
    if (message.form && !this.done.has(message.seq)) {
      element.append(messageForm(ui, message.form, async (values) => {
        await ui.conversation.submitForm(message, values);
        this.done.add(message.seq);
      }));
    }
    element.append(h("div.under", { "aria-live": "off", lang: browserCode(ui.language), dir: ui.direction },
      h("p.foot"), message.author === "bot" && this.tools.of(message)));
    if (message.buttons?.length) element.append(this.suggestions(message));
    return element;
  }

  suggestions(message) {
    const { ui } = this;
    return h("div.suggestions", { role: "group", "aria-label": ui.t("suggestions") }, ...message.buttons.map((button) =>
      h("button.suggestion", {
        type: "button",
        dir: "auto",
        onclick: () => {
          ui.conversation.send({ button: button.id }, button.title);
          ui.focusComposer(true);
        },
      }, button.title)));
  }

  sources(sources) {
    const { ui } = this;
    return h("div.sources", {}, h("p", {}, ui.t("sources")), h("ul", {}, ...sources.map((source) => {
      const href = safeUrl(source.url);
      const date = source.checked_on ? h("span.muted", {}, ui.t("source_checked", { date: formatDate(ui, source.checked_on) })) : null;
      const title = source.title || source.url;
      return h("li", {}, href ? outside(href, { dir: "auto" }, title, icon("link")) : title, date);
    })));
  }

  /** Under each message: when it was, and whether it has left. */
  setState(node, message, state, extra) {
    // The device's clock may be wrong: what the server says about the time replaces what was assumed.
    if (node.state === state && node.at === message.at && state !== "busy" && state !== "refused") return;
    node.at = message.at;
    const { ui } = this;
    const { foot } = node;
    node.element.dataset.state = state || "sent";
    if (node.state && node.state !== "sending" && !state) ui.announce(ui.t("sent"));
    node.state = state;
    if (!state) {
      const time = new Date(message.at || Date.now());
      const clock = new Intl.DateTimeFormat(ui.locale, { hour: "2-digit", minute: "2-digit" }).format(time);
      foot.replaceChildren(h("time", { datetime: time.toISOString() }, clock));
      if (message.author === "visitor") foot.append(icon("check"), h("span.sr", {}, ui.t("sent")));
    } else if (state === "sending") {
      foot.replaceChildren(icon("clock"), ui.t("sending"));
    } else if (state === "offline") {
      foot.replaceChildren(icon("clock"), ui.t("waiting_offline"));
    } else if (state === "busy") {
      foot.replaceChildren(icon("clock"), ui.t("error_busy", { seconds: extra.problem.retryAfter || 1 }));
    } else if (state === "failed") {
      foot.replaceChildren(h("button.retry", { type: "button", onclick: () => ui.conversation.retry() }, icon("alert"), ui.t("not_sent")));
    } else {
      foot.replaceChildren(icon("alert"), ui.errorText(extra.error));
    }
  }

  /** A new conversation begins with an empty list. */
  clear() {
    this.nodes.clear();
    this.arranged = [];
    this.element.replaceChildren();
  }
}

function key(message) {
  return (message.author === "visitor" && message.client_id) || "seq-" + message.seq;
}

/** Where the visitor spoke last, -1 for nowhere. */
function lastOf(entries) {
  let i = entries.length - 1;
  while (i >= 0 && entries[i][1].author !== "visitor") i -= 1;
  return i;
}

function asMessage(item) {
  return { author: "visitor", text: item.shown, at: item.at, client_id: item.client_id };
}

function dayName(ui, time) {
  const midnight = (date) => new Date(date.getFullYear(), date.getMonth(), date.getDate());
  const days = Math.round((midnight(time) - midnight(new Date())) / 86400000);
  if (days > -2 && days < 1) return new Intl.RelativeTimeFormat(ui.locale, { numeric: "auto" }).format(days, "day");
  return new Intl.DateTimeFormat(ui.locale, { weekday: "long", day: "numeric", month: "long" }).format(time);
}
