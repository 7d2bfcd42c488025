// The few words the widget must know before it may ask the server for any: everything else comes from
// GET /api/v1/interface, once the visitor has opened the chat.

/** Accessible name of the launcher, per language of the page. */
export const LAUNCHER = {
  de: "Chat öffnen",
  en: "Open chat",
  pl: "Otwórz czat",
  uk: "Відкрити чат",
  ru: "Открыть чат",
  ar: "افتح المحادثة",
};

/** Shown when not even the interface texts can be fetched. */
export const UNREACHABLE = {
  de: ["Der Chat ist gerade nicht erreichbar.", "Erneut versuchen", "Chat schließen"],
  en: ["The chat cannot be reached at the moment.", "Try again", "Close chat"],
  pl: ["Czat jest chwilowo niedostępny.", "Spróbuj ponownie", "Zamknij czat"],
  uk: ["Чат зараз недоступний.", "Спробувати ще раз", "Закрити чат"],
  ru: ["Чат сейчас недоступен.", "Попробовать ещё раз", "Закрыть чат"],
  ar: ["لا يمكن الوصول إلى المحادثة حاليًا.", "حاول مرة أخرى", "أغلق المحادثة"],
};

/** Used until GET /api/v1/region names the region's own list. */
export const LANGUAGES = [
  { code: "de", name: "Deutsch", direction: "ltr" },
  { code: "de-simple", name: "Deutsch (Leichte Sprache)", direction: "ltr" },
  { code: "en", name: "English", direction: "ltr" },
  { code: "pl", name: "Polski", direction: "ltr" },
  { code: "uk", name: "Українська", direction: "ltr" },
  { code: "ru", name: "Русский", direction: "ltr" },
  { code: "ar", name: "العربية", direction: "rtl" },
];

/** The code a browser understands (lang attributes, Intl, voices): Easy German is written in German. */
export function browserCode(language) {
  return language === "de-simple" ? "de" : language || "de";
}

/** Fill `{name}` in a text. A value that is missing stays visible as `{name}`, so that a test finds it. */
export function fill(text, values = {}) {
  return text.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
}

/** The entry of an embedded table for a language, German where there is none. */
export function embedded(table, language) {
  return table[language] || table[String(language).split("-")[0]] || table.de;
}
