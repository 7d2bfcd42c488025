// What every view uses: the texts and languages, what is kept in this browser, and telling screen readers.

import { LANGUAGES, browserCode, fill } from "./words.js";

export class Ui extends HTMLElement {
  fire(name, detail = {}) {
    this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }));
  }

  get pageMode() {
    return this.getAttribute("mode") === "page";
  }

  t(key, values) {
    const text = this.texts?.[key];
    return text === undefined ? "" : fill(text, values);
  }

  has(key) {
    return Boolean(this.texts?.[key]);
  }

  get locale() {
    // One kind of digits in the whole conversation: the server writes them so in Arabic, too.
    return browserCode(this.language) + "-u-nu-latn";
  }

  nextId() {
    this.ids += 1;
    return "l" + this.ids;
  }

  /** Tell screen readers something that is not a message; `seen` shows it to everybody as well. */
  announce(text, seen = false) {
    this.status.textContent = "";
    // A text that is the same as before is not announced unless it appears anew.
    setTimeout(() => {
      this.status.textContent = text;
    }, 50);
    if (seen && this.banner) this.showBanner(text, 6000);
  }

  errorText(error) {
    if (error.message) return error.message;
    if (error.status === 429) return this.t("error_busy", { seconds: error.retryAfter || 10 });
    if (!error.temporary && error.status) return error.gone ? this.t("error_gone") : this.t("error_refused");
    const phone = this.phone();
    return phone ? this.t("error_unreachable_phone", { phone }) : this.t("error_unreachable");
  }

  phone() {
    const number = this.region.telephone;
    return typeof number === "string" ? number.replace(/[\u2066-\u2069]/g, "") : "";
  }

  languages() {
    const list = Array.isArray(this.region.languages) ? this.region.languages : [];
    const known = list
      .filter((language) => language && language.code)
      .map((language) => ({ ...language, name: language.native_name || language.native || language.name || language.code }));
    return known.length ? known : LANGUAGES;
  }

  languageName(code) {
    return this.languages().find((language) => language.code === code)?.name || code;
  }

  saved() {
    const offers = this.conversation.store.get("saved");
    return Array.isArray(offers) ? offers : [];
  }

  toggleSaved(offer) {
    const rest = this.saved().filter((other) => other.id !== offer.id);
    this.conversation.store.set("saved", rest.length === this.saved().length ? [...rest, offer] : rest);
  }

  preference(name) {
    return this.conversation.store.get("preferences")?.[name] || "";
  }

  setPreference(name, value) {
    this.conversation.store.set("preferences", { ...this.conversation.store.get("preferences"), [name]: value });
  }

  /** What belongs to this tab alone. */
  session(name, value) {
    try {
      const key = this.conversation.store.space + name;
      if (value === undefined) return sessionStorage.getItem(key);
      if (value === null) sessionStorage.removeItem(key);
      else sessionStorage.setItem(key, String(value));
    } catch {
      // this tab forgets it on reload
    }
    return null;
  }

  /** The language of the place where the element stands. */
  pageLanguage() {
    const code = this.getAttribute("language") || this.closest("[lang]")?.lang || navigator.language || "de";
    return this.knownLanguage(code);
  }

  knownLanguage(code) {
    const wanted = String(code).toLowerCase();
    const codes = this.languages().map((language) => language.code);
    return codes.find((known) => known.toLowerCase() === wanted) || codes.find((known) => known === wanted.split("-")[0]) || wanted.split("-")[0];
  }
}
