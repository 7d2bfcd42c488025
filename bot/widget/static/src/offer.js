// Offer cards, the list of remembered offers, and its printout.

import { h, icon, linked, outside, prose, safeUrl } from "./dom.js";
import { browserCode } from "./words.js";

const FACTS = 6; // on the card; the others are among the details
const SCHEMES = /^(https?:\/\/|mailto:|tel:)/;

/** A date of the API (2025-03-01) in the visitor's way of writing. */
export function formatDate(ui, date) {
  const time = new Date(String(date).length === 10 ? date + "T12:00:00" : date);
  if (Number.isNaN(time.getTime())) return String(date);
  return new Intl.DateTimeFormat(ui.locale, { day: "numeric", month: "long", year: "numeric" }).format(time);
}

/** Kilometres in the visitor's way of writing. */
export function formatDistance(ui, km) {
  const digits = km < 10 ? 1 : 0;
  try {
    return new Intl.NumberFormat(ui.locale, { style: "unit", unit: "kilometer", maximumFractionDigits: digits }).format(km);
  } catch {
    return km.toFixed(digits) + " km";
  }
}

/** A language's name in the visitor's own. */
function languageName(ui, code) {
  try {
    return new Intl.DisplayNames([ui.locale], { type: "language" }).of(code);
  } catch {
    return code;
  }
}

function mapLink(offer) {
  const { latitude, longitude, exact = true } = offer.coordinates || {};
  if (!Number.isFinite(latitude) || !Number.isFinite(longitude)) return "";
  // A mark only where the point is the offer's own; otherwise the municipality around it.
  const [mark, zoom] = exact ? [`?mlat=${latitude}&mlon=${longitude}`, 15] : ["", 12];
  return `https://www.openstreetmap.org/${mark}#map=${zoom}/${latitude}/${longitude}`;
}

/** A contact is a text, or an object whose known parts become links. */
function contactParts(contact) {
  if (!contact) return [];
  if (typeof contact === "string") return [h("span", {}, ...linked(contact))];
  const { name, person, phone, telephone, email, url, website, address } = contact;
  const number = phone || telephone;
  const web = safeUrl(url || website || "");
  return [
    (name || person) && h("span", {}, name || person),
    address && h("span", {}, address),
    number && h("a", { href: "tel:" + number.replace(/[^+\d]/g, ""), dir: "ltr" }, number),
    email && h("a", { href: "mailto:" + email, dir: "ltr" }, email),
    web && outside(web, { dir: "ltr" }, new URL(web).hostname),
  ].filter(Boolean);
}

function sourcePart(source) {
  if (!source) return null;
  const title = typeof source === "string" ? source : source.title || source.name || source.url || "";
  const address = typeof source === "string" ? source : source.url || "";
  const href = SCHEMES.test(address) ? safeUrl(address) : "";
  return href ? outside(href, {}, title.replace(/^https?:\/\/(www\.)?/, "")) : title;
}

const plainText = (value) => (value && typeof value === "object" ? Object.values(value).filter((part) => typeof part === "string").join(", ") : String(value ?? ""));

/** "580 €" and "01.03." have no letter that tells the browser their direction; in Arabic they would turn round. */
function factValue(value) {
  const text = Array.isArray(value) ? value.join(", ") : String(value);
  return h("span", { dir: /[\u0590-\u08ff\u200f]/.test(text) ? "rtl" : "ltr" }, text);
}

function factList(facts) {
  return h("dl", {}, ...facts.map((fact) => h("div", {}, h("dt", {}, fact.label || fact.name), h("dd", {}, factValue(fact.value)))));
}

/** One offer as a card. */
export function offerCard(ui, offer, { removable = false } = {}) {
  const saved = () => ui.saved().some((other) => other.id === offer.id);
  const facts = (offer.facts || []).filter((fact) => fact && fact.value !== "" && fact.value !== null && fact.value !== undefined);
  // Who offers it stands under the title, as on any notice board.
  const provider = offer.provider || facts.find((fact) => fact.name === "provider")?.value;
  const shown = facts.filter((fact) => fact.name !== "provider");
  const rest = shown.splice(shown.length > FACTS + 1 ? FACTS : shown.length);
  const details = h("div.offer-details", { hidden: true, id: ui.nextId() });
  if (rest.length) details.append(factList(rest));
  // A text that nobody translated says which language it is in, to eyes and to screen readers.
  const foreign = Boolean(offer.language) && offer.language !== ui.locale.split("-")[0];
  const written = foreign ? { lang: offer.language, dir: offer.direction || "auto" } : {};
  const contact = contactParts(offer.contact);
  const source = sourcePart(offer.source);
  if (offer.text) details.append(h("div.offer-text", written, ...prose(offer.text)));
  if (contact.length) details.append(h("div.offer-contact", {}, h("strong", {}, ui.t("offer_contact")), ...contact));
  const small = h("p.offer-small");
  if (source) small.append(h("span", {}, ui.t("offer_source"), ": ", source));
  if (offer.reviewed_on) small.append(h("span", {}, ui.t("offer_reviewed", { date: formatDate(ui, offer.reviewed_on) })));
  if (offer.valid_until) small.append(h("span", {}, ui.t("offer_valid_until", { date: formatDate(ui, offer.valid_until) })));
  if (small.childNodes.length) details.append(small);

  const more = h("button.link.offer-more", {
    type: "button",
    "aria-expanded": "false",
    "aria-controls": details.id,
    onclick: () => {
      details.hidden = !details.hidden;
      more.setAttribute("aria-expanded", String(!details.hidden));
      more.firstChild.data = ui.t(details.hidden ? "offer_more" : "offer_less");
    },
  }, ui.t("offer_more"), icon("down"), h("span.sr", {}, ": " + offer.title));

  const keepLabel = h("span", {});
  const keep = h("button.link.offer-keep", {
    type: "button",
    onclick: () => {
      ui.toggleSaved(offer);
      show();
    },
  }, icon("bookmark"), keepLabel, h("span.sr", {}, ": " + offer.title));
  keep.addEventListener("refresh", () => show());
  const show = () => {
    keep.setAttribute("aria-pressed", String(saved()));
    keepLabel.textContent = ui.t(removable ? "saved_remove" : saved() ? "offer_saved" : "offer_save");
  };
  show();

  const map = mapLink(offer);
  const place = [plainText(offer.address || offer.place)];
  if (Number.isFinite(offer.distance_km)) place.push(ui.t("offer_distance", { distance: formatDistance(ui, offer.distance_km) }));

  return h("article.offer", { "aria-label": offer.title },
    h("div.offer-top", {},
      h("span.offer-kind", {}, icon(offer.kind), ui.has("offer_kind_" + offer.kind) ? ui.t("offer_kind_" + offer.kind) : offer.kind),
      offer.sample && h("span.offer-sample", {}, ui.t("offer_sample"))),
    h("h3", {}, h("bdi", written, offer.title), foreign && ` (${languageName(ui, offer.language)})`),
    provider && h("p.offer-provider", {}, h("bdi", {}, plainText(provider))),
    place.some(Boolean) && h("p.offer-place", {}, icon("pin"), h("span", {}, place.filter(Boolean).join(" · "))),
    offer.reasons?.length > 0 && h("p.offer-why", {}, ui.t("offer_reasons", { reasons: offer.reasons.join(ui.direction === "rtl" ? "، " : ", ") })),
    shown.length > 0 && factList(shown),
    details,
    h("div.offer-actions", {},
      details.childNodes.length > 0 && more,
      keep,
      map && outside(map, { class: "link offer-map" }, icon("map"), ui.t("offer_map"), h("span.sr", {}, ` (${ui.t("offer_map_hint")}): ${offer.title}`))));
}

/** The remembered offers in a window of their own, ready to print. */
export function printOffers(ui, offers) {
  const page = window.open("", "_blank");
  if (!page) return;
  const doc = page.document;
  doc.title = ui.t("saved_heading");
  doc.documentElement.lang = browserCode(ui.language);
  doc.documentElement.dir = ui.direction;
  const sheet = new page.CSSStyleSheet();
  sheet.replaceSync(`body{font:12pt/1.45 sans-serif;max-width:42em;margin:2em auto;padding:0 1em}
    article{break-inside:avoid;border-top:1px solid #888;padding:.7em 0}h1{font-size:16pt}h2{font-size:13pt;margin:.2em 0}
    p{margin:.2em 0}dl{display:grid;grid-template-columns:max-content 1fr;gap:.1em 1em;margin:.4em 0}dd{margin:0}`);
  doc.adoptedStyleSheets = [sheet];
  doc.body.append(h("h1", {}, ui.t("saved_heading")), ...offers.map((offer) => {
    const contact = contactParts(offer.contact).flatMap((part) => [part, h("br")]);
    return h("article", {},
      h("h2", { dir: "auto" }, offer.title),
      offer.sample && h("p", {}, h("em", {}, ui.t("offer_sample"))),
      h("p", {}, [plainText(offer.provider), plainText(offer.address || offer.place)].filter(Boolean).join(", ")),
      h("dl", {}, ...(offer.facts || []).map((fact) => [h("dt", {}, fact.label || fact.name), h("dd", {}, String(fact.value))])),
      contact.length > 0 && h("p", {}, h("strong", {}, ui.t("offer_contact")), h("br"), ...contact),
      offer.reviewed_on && h("p", {}, ui.t("offer_reviewed", { date: formatDate(ui, offer.reviewed_on) })));
  }));
  page.focus();
  page.print();
}
