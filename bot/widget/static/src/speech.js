// Reading aloud with the voices of the visitor's own device.

import { browserCode } from "./words.js";

/**
 * A voice for a language that works on the device itself: the others send the text to their maker,
 * and nothing of a conversation goes to anyone but the district.
 */
export function voiceFor(language) {
  const code = browserCode(language).toLowerCase();
  const voices = globalThis.speechSynthesis?.getVoices() || [];
  return voices.find((voice) => voice.localService && voice.lang.toLowerCase().replace("_", "-").split("-")[0] === code) || null;
}

/** Call back when the browser has found its voices, which is often after the page is ready. */
export function onVoices(callback) {
  globalThis.speechSynthesis?.addEventListener?.("voiceschanged", callback);
}

/** Read a text; any reading before it stops. `done` is called at the end, also after `hush`. */
export function readAloud(text, language, done = () => {}) {
  const voice = voiceFor(language);
  if (!voice) return done();
  hush();
  const speech = new SpeechSynthesisUtterance(text);
  speech.voice = voice;
  speech.lang = voice.lang;
  if (language === "de-simple") speech.rate = 0.85;
  speech.onend = speech.onerror = () => done();
  speechSynthesis.speak(speech);
}

export function hush() {
  globalThis.speechSynthesis?.cancel();
}
