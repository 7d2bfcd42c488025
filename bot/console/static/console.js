// What the console does beyond its HTML; everything but the live parts works without it.

const messages = () => document.getElementById("messages");
const reply = () => document.getElementById("reply");

// --- live messages

function isAtEnd() {
  const page = document.documentElement;
  return page.scrollHeight - page.clientHeight - window.scrollY < 160;
}

function toEnd() {
  window.scrollTo({ top: document.documentElement.scrollHeight, behavior: "instant" });
}

let followed = true;

document.addEventListener("htmx:sseBeforeMessage", (event) => {
  if (event.detail.type !== "message") return;
  followed = isAtEnd();
  const fresh = document.createRange().createContextualFragment(event.detail.data).querySelector(".message");
  const known = fresh && document.getElementById(fresh.id);
  // After a lost connection the server may repeat itself, and a message may be understood later than it arrives.
  if (known) {
    known.replaceWith(fresh);
    event.preventDefault();
  }
});

document.addEventListener("htmx:sseMessage", (event) => {
  if (event.detail.type === "message") {
    if (followed) toEnd();
    markRead();
  } else if (event.detail.type === "head") {
    showCount();
  } else if (event.detail.type === "panel") {
    prepareReply();
  }
});

// --- read, as far as somebody looked at it

let unread = false;

function markRead() {
  unread = true;
  const page = document.querySelector("[data-read]");
  if (!page || document.visibilityState !== "visible") return;
  unread = false;
  htmx.ajax("POST", page.dataset.read, { source: document.body, swap: "none" });
}

document.addEventListener("visibilitychange", () => unread && markRead());

// --- the number of waiting visitors, in the tab too

const title = document.title;

function showCount() {
  const head = document.querySelector("[data-waiting]");
  if (head) document.title = head.dataset.waiting === "0" ? title : `(${head.dataset.waiting}) ${title}`;
}

// --- writing

function showLeft(field) {
  const shown = document.querySelector("[data-left]");
  const left = field.maxLength - field.value.length;
  if (shown) shown.textContent = left < 500 ? shown.dataset.left.replace("#", left) : "";
}

function prepareReply() {
  const field = reply();
  if (field) showLeft(field);
}

document.addEventListener("input", (event) => {
  if (event.target === reply()) showLeft(event.target);
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target === reply()) {
    event.preventDefault();
    event.target.form.requestSubmit();
  }
});

window.addEventListener("beforeunload", (event) => {
  if (reply()?.value.trim()) event.preventDefault();
});

// --- questions before what cannot be taken back; notes that can be closed

document.addEventListener("submit", (event) => {
  const question = event.target.dataset.question;
  if (question && !window.confirm(question)) event.preventDefault();
});

document.addEventListener("click", (event) => {
  event.target.closest("[data-dismiss]")?.closest(".notice").remove();
});

// --- at the beginning

function fold() {
  for (const details of document.querySelectorAll(".fold")) {
    const summary = details.firstElementChild;
    // Where there is room the style hides the summary, and what it folds stays in sight.
    if (getComputedStyle(summary).display !== "none" && !details.querySelector(".filter__reset")) details.removeAttribute("open");
  }
}

document.addEventListener("htmx:afterSwap", (event) => event.detail.target?.id === "inbox" && fold());

document.addEventListener("htmx:afterSettle", (event) => {
  if (event.detail.elt?.id !== "composer") return;
  reply()?.focus();
  toEnd();
});

// --- the connection

function showOffline(isOffline) {
  document.getElementById("offline").hidden = !isOffline;
}

document.addEventListener("htmx:sseError", () => showOffline(true));
document.addEventListener("htmx:sseOpen", () => showOffline(false));

fold();
showCount();
prepareReply();
if (messages() && !location.hash) toEnd();

// --- cases that are chosen stay chosen when the list is drawn anew

let chosen = [];

document.addEventListener("htmx:sseBeforeMessage", (event) => {
  if (event.detail.type !== "inbox") return;
  chosen = [...document.querySelectorAll('#list input[name="number"]:checked')].map((box) => box.value);
});

document.addEventListener("htmx:sseMessage", (event) => {
  if (event.detail.type === "inbox") {
    for (const box of document.querySelectorAll('#list input[name="number"]')) box.checked = chosen.includes(box.value);
  } else if (event.detail.type === "announce") {
    const news = document.querySelector("[data-announce]");
    if (news && alertsOn()) alertOf(news.dataset.announce);
  }
});

// --- sound and notification, for who wants them in this browser

function alertsOn() {
  return localStorage.getItem("lotse-alerts") === "on";
}

function alertOf(text) {
  sound();
  if (!("Notification" in window) || Notification.permission !== "granted" || document.visibilityState === "visible") return;
  new Notification(document.title, { body: text, tag: "lotse" });
}

// Two short tones made here: no file, nothing to load when it matters.
function sound() {
  const audio = new AudioContext();
  for (const [start, pitch] of [[0, 660], [0.18, 880]]) {
    const tone = audio.createOscillator(), volume = audio.createGain();
    tone.frequency.value = pitch;
    volume.gain.setValueAtTime(0.15, audio.currentTime + start);
    volume.gain.exponentialRampToValueAtTime(0.001, audio.currentTime + start + 0.3);
    tone.connect(volume).connect(audio.destination);
    tone.start(audio.currentTime + start);
    tone.stop(audio.currentTime + start + 0.3);
  }
  setTimeout(() => audio.close(), 1000);
}

function showAlerts() {
  const button = document.querySelector("[data-alerts]");
  if (!button) return;
  button.hidden = false;
  button.setAttribute("aria-pressed", String(alertsOn()));
}

document.addEventListener("click", async (event) => {
  if (!event.target.closest("[data-alerts]")) return;
  localStorage.setItem("lotse-alerts", alertsOn() ? "off" : "on");
  showAlerts();
  if (!alertsOn()) return;
  sound();
  if ("Notification" in window && Notification.permission === "default") await Notification.requestPermission();
});

document.addEventListener("htmx:afterSwap", (event) => event.detail.target?.id === "inbox" && showAlerts());
showAlerts();

// --- prepared answers

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-insert]");
  const field = reply();
  if (!button || !field) return;
  field.value = [field.value.trim(), button.dataset.insert].filter(Boolean).join("\n\n");
  showLeft(field);
  button.closest(".palette__part")?.removeAttribute("open");
  field.focus();
});

document.addEventListener("htmx:afterRequest", (event) => {
  if (!event.detail.successful || !event.target.matches("[data-answer]")) return;
  // The next answer is another one: its key must be, too.
  const fresh = Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16).padStart(2, "0")).join("");
  for (const field of document.querySelectorAll('[data-answer] input[name="key"]')) field.value = fresh;
  event.target.closest(".palette__part")?.removeAttribute("open");
});
