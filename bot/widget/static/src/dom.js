// Building elements. Server text only ever becomes text nodes: there is no innerHTML in this widget.

const SVG = "http://www.w3.org/2000/svg";

/**
 * Make an element.
 * @param {string} tag `tag.class1.class2`
 * @param {object} [attributes] `on…` are listeners, `null`/`false` are left out, `true` is an empty attribute
 * @param {...(Node|string|null|undefined|false|Array)} children strings become text nodes
 */
export function h(tag, attributes = {}, ...children) {
  const [name, ...classes] = tag.split(".");
  const element = document.createElement(name);
  if (classes.length) element.className = classes.join(" ");
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else element.setAttribute(key, value === true ? "" : String(value));
  }
  element.append(...children.flat(Infinity).filter((child) => child || child === 0));
  return element;
}

// Drawn on a 24 × 24 grid with round 2 px lines.
const ICONS = {
  chat: "M12 3.5c-5 0-9 3.4-9 7.7 0 2.4 1.3 4.6 3.4 6-.1 1.2-.6 2.3-1.5 3.3 1.8-.1 3.5-.7 4.8-1.8.7.2 1.5.2 2.3.2 5 0 9-3.4 9-7.7s-4-7.7-9-7.7z|M14.7 8.5l-1.7 4-4 1.7 1.7-4z",
  close: "M6 6l12 12|M18 6L6 18",
  down: "M6 9.5l6 6 6-6",
  back: "M15 5l-7 7 7 7",
  more: "M5 12h.01|M12 12h.01|M19 12h.01",
  globe: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18z|M3 12h18|M12 3c2.6 2.5 4 5.6 4 9s-1.4 6.5-4 9c-2.6-2.5-4-5.6-4-9s1.4-6.5 4-9z",
  send: "M5 12h14|M13 6l6 6-6 6",
  bot: "M7 9h10a2 2 0 0 1 2 2v6a2 2 0 0 1-2 2H7a2 2 0 0 1-2-2v-6a2 2 0 0 1 2-2z|M12 9V5|M9.5 13.5v.01|M14.5 13.5v.01|M2.5 13v2|M21.5 13v2",
  lock: "M7 11h10a1.5 1.5 0 0 1 1.5 1.5v6A1.5 1.5 0 0 1 17 20H7a1.5 1.5 0 0 1-1.5-1.5v-6A1.5 1.5 0 0 1 7 11z|M8.5 11V8a3.5 3.5 0 0 1 7 0v3",
  person: "M12 4a4 4 0 1 0 0 8 4 4 0 0 0 0-8z|M4.5 20.5c.8-3.6 3.7-5.5 7.5-5.5s6.7 1.9 7.5 5.5",
  up_thumb: "M7 10.5l4-7c1.5 0 2.5 1.2 2.2 2.7l-.7 3.3h5.2c1.3 0 2.2 1.2 1.9 2.4l-1.4 6a2 2 0 0 1-1.9 1.6H7z|M7 10.5H4v9h3",
  down_thumb: "M17 13.5l-4 7c-1.5 0-2.5-1.2-2.2-2.7l.7-3.3H6.3c-1.3 0-2.2-1.2-1.9-2.4l1.4-6a2 2 0 0 1 1.9-1.6H17z|M17 13.5h3v-9h-3",
  speaker: "M4 9.5v5h3.5L12 18.5v-13L7.5 9.5z|M15.5 9a4 4 0 0 1 0 6|M18 6.5a8 8 0 0 1 0 11",
  mic: "M12 3.5a3 3 0 0 0-3 3v5a3 3 0 0 0 6 0v-5a3 3 0 0 0-3-3z|M5.5 11.5a6.5 6.5 0 0 0 13 0|M12 18v3",
  contrast: "M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17z|M12 3.5v17|M12 7.5h6.8|M12 12h8.5|M12 16.5h6.8",
  access: "M12 3.2a1.6 1.6 0 1 0 0 3.2 1.6 1.6 0 0 0 0-3.2z|M4.5 8.5c5 1.6 10 1.6 15 0|M12 9.6v5l-3 6|M12 14.6l3 6",
  stop: "M7 7h10v10H7z",
  bookmark: "M7 4h10a1 1 0 0 1 1 1v15l-6-4-6 4V5a1 1 0 0 1 1-1z",
  pin: "M12 21c4.5-4.7 6.5-8 6.5-11a6.5 6.5 0 0 0-13 0c0 3 2 6.3 6.5 11z|M12 7.8a2.2 2.2 0 1 0 0 4.4 2.2 2.2 0 0 0 0-4.4z",
  map: "M9 5L3.5 7v12.5L9 17.5l6 2 5.5-2V5L15 7z|M9 5v12.5|M15 7v12.5",
  job: "M4.5 8h15a1 1 0 0 1 1 1v9.5a1 1 0 0 1-1 1h-15a1 1 0 0 1-1-1V9a1 1 0 0 1 1-1z|M8.5 8V6a1.5 1.5 0 0 1 1.5-1.5h4A1.5 1.5 0 0 1 15.5 6v2|M3.5 13h17",
  training: "M12 5L2.5 9.5 12 14l9.5-4.5z|M6.5 11.5V16c1.6 1.3 3.4 2 5.5 2s3.9-.7 5.5-2v-4.5|M21.5 9.5V15",
  housing: "M4 11l8-7 8 7|M6 9.5V20h12V9.5|M10 20v-5.5h4V20",
  childcare: "M12 3.5a3 3 0 1 0 0 6 3 3 0 0 0 0-6z|M5 13.5l4.5-1.5h5l4.5 1.5|M9.5 12v8.5|M14.5 12v8.5|M9.5 16.5h5",
  service: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18z|M12 11v5.5|M12 7.7v.01",
  event: "M5 5.5h14a1 1 0 0 1 1 1V19a1 1 0 0 1-1 1H5a1 1 0 0 1-1-1V6.5a1 1 0 0 1 1-1z|M4 10h16|M8.5 3.5v4|M15.5 3.5v4",
  link: "M10 14l9-9|M13 4.5h6.5V11|M18.5 14v4.5a1 1 0 0 1-1 1h-12a1 1 0 0 1-1-1v-12a1 1 0 0 1 1-1H10",
  download: "M12 4v11|M7 10.5l5 5 5-5|M4.5 20h15",
  restart: "M4.5 12a7.5 7.5 0 1 0 2.5-5.6L4.5 8.5|M4.5 4v4.5H9",
  trash: "M5 7h14|M9.5 7V4.5h5V7|M6.5 7l1 13h9l1-13|M10 11v5.5|M14 11v5.5",
  easy: "M12 3.5a2.2 2.2 0 1 0 0 4.4 2.2 2.2 0 0 0 0-4.4z|M12 12.5c-2-1.7-4.6-2.3-8-2v8.5c3.4-.3 6 .3 8 2 2-1.7 4.6-2.3 8-2v-8.5c-3.4-.3-6 .3-8 2z|M12 12.5V21",
  check: "M5 12.5l4.5 4.5L19 7.5",
  clock: "M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17z|M12 7.5V12l3 2",
  alert: "M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17z|M12 7.5v5.5|M12 16.3v.01",
  phone: "M6 4h3l1.5 4.5-2 1.5a11 11 0 0 0 5.5 5.5l1.5-2L20 15v3a2 2 0 0 1-2 2C10.5 20 4 13.5 4 6a2 2 0 0 1 2-2z",
};

/** A decorative icon in the colour of the text around it. */
export function icon(name, className = "") {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  svg.setAttribute("focusable", "false");
  svg.setAttribute("class", `icon icon-${name} ${className}`.trim());
  for (const d of (ICONS[name] || ICONS.service).split("|")) {
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("d", d);
    svg.append(path);
  }
  return svg;
}

/** Whether an address may become a link. Everything else stays text, `javascript:` above all. */
export function safeUrl(address) {
  try {
    const url = new URL(address);
    return ["https:", "mailto:", "tel:"].includes(url.protocol) ? url.href : "";
  } catch {
    return "";
  }
}

/** A link to another page; nothing of this page reaches it. */
export function outside(href, attributes, ...children) {
  return h("a", { href, target: "_blank", rel: "noopener noreferrer", ...attributes }, ...children);
}

const LINK = /https:\/\/[^\s<>"'）)]+[^\s<>"'）).,;:!?،؛؟]|[\w.+-]+@[\w-]+(?:\.[\w-]+)+|(?:tel:)?\+\d[\d\s/()-]{5,}\d|(?<![\w=/-])[A-Z]{2}-[A-Z0-9]{4}-[A-Z0-9]{2}\b/g;

/** Text with its https addresses, e-mail addresses and international telephone numbers as links; case numbers stay in one piece. */
export function linked(text) {
  const parts = [];
  let end = 0;
  for (const match of text.matchAll(LINK)) {
    const found = match[0];
    parts.push(text.slice(end, match.index));
    if (found.startsWith("https:")) {
      const href = safeUrl(found);
      parts.push(href ? outside(href, { dir: "ltr" }, found) : found);
    } else if (found.includes("@")) {
      parts.push(h("a", { href: "mailto:" + found, dir: "ltr" }, found));
    } else if (/^[A-Z]/.test(found)) {
      parts.push(h("span.code", { dir: "ltr" }, found));
    } else {
      const shown = found.replace(/^tel:/, "");
      parts.push(h("a", { href: "tel:" + shown.replace(/[^+\d]/g, ""), dir: "ltr" }, shown));
    }
    end = match.index + found.length;
  }
  parts.push(text.slice(end));
  return parts.filter(Boolean);
}

/** Paragraphs, one a line, and simple lists ("- …", "1. …") of a text. */
export function prose(text) {
  const blocks = [];
  let list = null;
  for (const line of text.split("\n")) {
    const item = line.match(/^\s*(?:[-–•*]|(\d{1,2})[.)])\s+(.+)$/);
    if (item) {
      const tag = item[1] ? "ol" : "ul";
      if (!list || list.localName !== tag) {
        list = h(tag, tag === "ol" && item[1] !== "1" ? { start: item[1] } : {});
        blocks.push(list);
      }
      list.append(h("li", {}, ...linked(item[2])));
    } else {
      list = null;
      if (line.trim()) blocks.push(h("p", {}, ...linked(line)));
    }
  }
  return blocks;
}
