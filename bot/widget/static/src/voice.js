// Speaking instead of typing, with the recognition that the browser brings. Off until the visitor has read where
// their voice goes; the text only lands in the field, and leaves when the visitor sends it.

import { h, icon } from "./dom.js";
import { browserCode } from "./words.js";

const recogniser = () => globalThis.SpeechRecognition || globalThis.webkitSpeechRecognition;

export function voiceOffered() {
  return Boolean(recogniser()) && globalThis.isSecureContext;
}

/** Recognition wants a country too: `de` becomes `de-DE`. */
function spoken(language) {
  const code = browserCode(language);
  try {
    const { region } = new Intl.Locale(code).maximize();
    return region ? `${code}-${region}` : code;
  } catch {
    return code;
  }
}

/** Whether the device itself turns this language into text, so that the voice goes nowhere. */
export async function hearsOnDevice(language) {
  try {
    return (await recogniser().available({ langs: [spoken(language)], processLocally: true })) === "available";
  } catch {
    return false;
  }
}

/** The button beside the field, or nothing where the visitor has not switched voice input on. */
export function voiceButton(ui, field, changed) {
  if (!voiceOffered() || !ui.preference("voice")) return null;
  let running = null;
  const button = h("button.mic", { type: "button", onclick: () => (running ? running.stop() : listen()) });
  const show = () => {
    const label = ui.t(running ? "voice_stop" : "voice_start");
    button.replaceChildren(icon(running ? "stop" : "mic"));
    button.setAttribute("aria-label", label);
    button.setAttribute("aria-pressed", String(Boolean(running)));
    button.title = label;
  };
  const listen = async () => {
    const before = field.value.trim() ? field.value.trimEnd() + " " : "";
    const hearing = new (recogniser())();
    hearing.lang = spoken(ui.language);
    hearing.interimResults = true;
    hearing.processLocally = await hearsOnDevice(ui.language);
    let heard = false;
    let told = false;
    const fail = (key) => {
      told = true;
      ui.announce(ui.t(key), true);
    };
    hearing.onresult = ({ results }) => {
      heard = true;
      field.value = before + [...results].map((result) => result[0].transcript).join("").trim();
      changed();
    };
    hearing.onerror = ({ error }) => {
      if (error === "not-allowed" || error === "service-not-allowed") fail("voice_denied");
    };
    hearing.onend = () => {
      if (!heard && !told && running) fail("voice_failed");
      running = null;
      show();
      if (button.isConnected) field.focus();
    };
    running = hearing;
    show();
    ui.announce(ui.t("voice_listening"), true);
    try {
      hearing.start();
    } catch {
      hearing.onend();
    }
  };
  show();
  return button;
}
