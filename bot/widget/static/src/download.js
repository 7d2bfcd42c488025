// The conversation as a file: to read and print, or everything that the server stores.

import { h } from "./dom.js";
import { formatDate } from "./offer.js";

/** What was said, with offers and sources, one block a message. */
export function conversationText(ui) {
  const when = new Intl.DateTimeFormat(ui.locale, { dateStyle: "medium", timeStyle: "short" });
  const blocks = [...ui.conversation.messages.values()].map((message) => {
    const name = message.author === "staff" && message.name ? message.name : ui.t("author_" + message.author);
    const offers = (message.offers || []).map((offer) => [
      "* " + offer.title,
      ...(offer.facts || []).map((fact) => `  ${fact.label}: ${fact.value}`),
      offer.text && "  " + offer.text,
      ...Object.values(offer.contact || {}).map((part) => "  " + part),
      offer.reviewed_on && "  " + ui.t("offer_reviewed", { date: formatDate(ui, offer.reviewed_on) }),
    ].filter(Boolean).join("\n"));
    const sources = (message.sources || []).map((source) => `* ${source.title}: ${source.url}`);
    return [`${name}, ${when.format(new Date(message.at || Date.now()))}`, message.text, ...offers, ...sources].filter(Boolean).join("\n");
  });
  const { caseNumber } = ui.conversation;
  return [ui.t("title"), caseNumber && ui.t("case_number", { number: caseNumber }), ...blocks].filter(Boolean).join("\n\n") + "\n";
}

/** Hand a file to the browser. The byte order mark lets old editors see that it is UTF-8. */
export function saveFile(ui, text, type, ending) {
  const mark = type === "text/plain" ? "\ufeff" : "";
  const address = URL.createObjectURL(new Blob([mark + text], { type: type + ";charset=utf-8" }));
  const name = (ui.conversation.caseNumber || new Date().toISOString().slice(0, 10)).toLowerCase();
  h("a", { href: address, download: `heimatlotse-${name}.${ending}` }).click();
  setTimeout(() => URL.revokeObjectURL(address), 10000);
}
