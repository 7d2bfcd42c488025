// Colours and measures are tokens of KERN-UX 2.7.2 (@kern-ux/native, EUPL-1.2), its OKLCH values written as
// sRGB for older browsers. A site changes them with the --lotse-… properties (docs/embedding.md).

export const STYLE = /* css */ `
:host {
  all: initial;
  --accent: var(--lotse-accent, #2044aa);
  --on-accent: var(--lotse-on-accent, #fff);
  --accent-soft: var(--lotse-accent-soft, #eff3fa);
  --accent-line: #a2b8e4;
  --accent-hover: var(--accent);
  --surface: var(--lotse-surface, #fff);
  --bubble: var(--lotse-bubble, #f3f4f7);
  --text: var(--lotse-text, #131525);
  --muted: #51577a;
  --line: #dfe1ea;
  --border: #6e7597;
  --focus: var(--accent);
  --danger: #c31c13; --danger-soft: #fee4e0;
  --warn: #734000; --warn-soft: #ffe7b6;
  --ok: #007155;
  --shadow: 0 0 0 1px rgb(19 21 37 / .06), 0 4px 12px rgb(19 21 37 / .08), 0 16px 48px rgb(19 21 37 / .18);
  --radius: var(--lotse-radius, 18px);
  --pad: 1em;
  font: 400 max(1rem, 16px)/1.5 var(--lotse-font, "Fira Sans", system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Noto Sans Arabic", Arial, sans-serif);
  color: var(--text);
  -webkit-text-size-adjust: 100%;
  position: fixed;
  inset-block-end: 0;
  right: 0;
  z-index: var(--lotse-z, 2147483000);
}
:host([hidden]) { display: none; }
@supports (color: color-mix(in srgb, red, red)) {
  :host { --accent-hover: color-mix(in srgb, var(--accent) 87%, #000); }
  :host([data-theme="dark"]) { --accent-hover: color-mix(in srgb, var(--accent) 86%, #fff); }
}
:host([data-corner="bottom-left"]) { right: auto; left: 0; }
:host([mode="page"]) { position: relative; display: block; inset: auto; z-index: auto; block-size: 100%; min-block-size: 20em; }
:host([data-theme="light"]) { color-scheme: light; }
:host([data-theme="dark"]), :host([data-theme="high-contrast"]) { color-scheme: dark; }
:host([data-theme="dark"]) {
  --accent: var(--lotse-accent-dark, #97afe1);
  --on-accent: var(--lotse-on-accent-dark, #0b0d18);
  --accent-soft: #1f2644;
  --accent-line: #45568f;
  --surface: #131525;
  --bubble: #23263c;
  --text: #f3f4f7;
  --muted: #b2b6cc;
  --line: #30344f;
  --border: #6e7597;
  --danger: #f39a8d; --danger-soft: #3d1210;
  --warn: #ffc971; --warn-soft: #3a2603;
  --ok: #2fc49c;
  --shadow: 0 0 0 1px #30344f, 0 16px 48px rgb(0 0 0 / .6);
}
:host([data-theme="high-contrast"]) {
  --accent: #ffe600; --on-accent: #000; --accent-soft: #000; --accent-line: #ffe600; --accent-hover: #fff;
  --surface: #000; --bubble: #000; --text: #fff; --muted: #fff; --line: #fff; --border: #fff; --focus: #0ff;
  --danger: #ff9d94; --danger-soft: #000; --warn: #ffe600; --warn-soft: #000; --ok: #6f6;
  --shadow: 0 0 0 2px #fff;
}
*, *::before, *::after { box-sizing: border-box; }
[hidden] { display: none !important; }
p, h2, h3, ul, ol, dl, dd { margin: 0; padding: 0; }
button, input, select, textarea { font: inherit; color: inherit; letter-spacing: inherit; }
button { cursor: pointer; border: 0; background: none; padding: 0; text-align: start; -webkit-tap-highlight-color: transparent; }
a { color: var(--accent); text-underline-offset: .15em; overflow-wrap: anywhere; }
/* A number that is broken in two is read wrongly, in Arabic above all. */
a[href^="tel:"] { white-space: nowrap; }
a:hover { text-decoration-thickness: .13em; }
:focus { outline: none; }
:focus-visible { outline: 3px solid var(--focus); outline-offset: 2px; }
.sr { position: absolute; inline-size: 1px; block-size: 1px; margin: -1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.muted { color: var(--muted); }
.icon { inline-size: 1.25em; block-size: 1.25em; flex: none; fill: none; stroke: currentColor; stroke-width: 1.9; stroke-linecap: round; stroke-linejoin: round; }
[dir="rtl"] .icon-back, [dir="rtl"] .icon-send { transform: scaleX(-1); }
.icon-more { stroke-width: 3; }

/* --- launcher */
.launcher {
  position: absolute;
  inset-block-end: calc(var(--lotse-offset-y, 1.25em) + env(safe-area-inset-bottom, 0px));
  right: var(--lotse-offset-x, 1.25em);
  display: grid; place-items: center;
  inline-size: 3.75em; block-size: 3.75em;
  border-radius: 50%;
  background: var(--accent); color: var(--on-accent);
  box-shadow: 0 2px 6px rgb(19 21 37 / .2), 0 8px 24px rgb(19 21 37 / .22);
  border: 2px solid transparent;
  transition: transform .18s ease, background-color .18s ease;
}
:host([data-corner="bottom-left"]) .launcher { right: auto; left: var(--lotse-offset-x, 1.25em); }
.launcher:hover { background: var(--accent-hover); transform: translateY(-2px); }
.launcher .icon { inline-size: 1.9em; block-size: 1.9em; stroke-width: 1.7; }
.launcher .badge {
  position: absolute; inset-block-start: -.3em; inset-inline-end: -.3em; min-inline-size: 1.7em; padding: 0 .4em;
  border-radius: 1em; background: var(--danger); color: var(--surface); font-size: .8em; font-weight: 700; line-height: 1.7; text-align: center;
  box-shadow: 0 0 0 2px var(--surface);
}

/* --- panel */
.panel {
  position: absolute;
  inset-block-end: calc(var(--lotse-offset-y, 1.25em) + env(safe-area-inset-bottom, 0px));
  right: var(--lotse-offset-x, 1.25em);
  display: flex; flex-direction: column;
  inline-size: var(--lotse-width, 25.5em);
  max-inline-size: calc(100vw - 2 * var(--lotse-offset-x, 1.25em));
  block-size: min(var(--lotse-height, 44em), calc(100vh - 2.5em));
  block-size: min(var(--lotse-height, 44em), calc(100dvh - 2.5em));
  background: var(--surface);
  border-radius: var(--radius);
  box-shadow: var(--shadow);
  overflow: hidden;
  animation: rise .22s cubic-bezier(.2, .8, .3, 1);
}
:host([data-corner="bottom-left"]) .panel { right: auto; left: var(--lotse-offset-x, 1.25em); }
@keyframes rise { from { opacity: 0; transform: translateY(12px); } }
:host([mode="page"]) .panel { position: absolute; inset: 0; inline-size: auto; max-inline-size: none; block-size: auto; border-radius: 0; box-shadow: none; animation: none; }

.head { display: flex; align-items: center; gap: .15em; padding-block: .6em; padding-inline: 1em .6em; border-block-end: 1px solid var(--line); min-block-size: 4.1em; }
.mark { display: grid; place-items: center; flex: none; inline-size: 2.6em; block-size: 2.6em; border-radius: 50%; background: var(--accent); color: var(--on-accent); }
.mark .icon { inline-size: 1.5em; block-size: 1.5em; }
.names { flex: 1; min-inline-size: 0; padding-inline: .7em .3em; line-height: 1.25; }
.names h2 { font-size: 1.06em; font-weight: 650; white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }
.names p { font-size: .84em; color: var(--muted); overflow: hidden; display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 2; }
.names p.live::before, .names p.waiting::before { content: ""; display: inline-block; inline-size: .6em; block-size: .6em; border-radius: 50%; background: var(--ok); margin-inline-end: .4em; }
.names p.waiting::before { background: none; border: .14em solid var(--muted); }
.round { display: grid; place-items: center; flex: none; min-inline-size: 2.75em; block-size: 2.75em; border-radius: 1.4em; color: var(--muted); transition: background-color .15s; }
.round:hover { background: var(--bubble); color: var(--text); }
.language { display: flex; align-items: center; gap: .3em; padding-inline: .55em; font-size: .84em; font-weight: 600; min-inline-size: 3.3em; block-size: 3.3em; border-radius: 1.65em; }
.language .icon { inline-size: 1.4em; block-size: 1.4em; }

.banner { display: flex; gap: .5em; align-items: center; padding: .5em 1em; background: var(--warn-soft); color: var(--warn); font-size: .88em; border-block-end: 1px solid var(--line); }
.body { position: relative; flex: 1; min-block-size: 0; display: flex; flex-direction: column; }
.scroller { flex: 1; min-block-size: 0; overflow-y: auto; overscroll-behavior: contain; scrollbar-width: thin; scrollbar-color: var(--accent-line) transparent; }
.log { padding: .5em var(--pad) .4em; outline-offset: -3px !important; }
/* The room at the sides is for outlines: what is not laid out is also cut off at its edges. */
.message.far { content-visibility: auto; contain-intrinsic-size: auto 8em; margin-inline: -5px; padding-inline: 5px; }
.column { inline-size: 100%; max-inline-size: 47em; margin-inline: auto; }
.latest { position: absolute; inset-block-end: .7em; inset-inline-end: .8em; display: grid; place-items: center; inline-size: 2.75em; block-size: 2.75em; border-radius: 50%; background: var(--surface); color: var(--accent); box-shadow: 0 0 0 1px var(--line), 0 4px 14px rgb(19 21 37 / .16); z-index: 1; }

/* --- messages */
.message { display: flex; flex-direction: column; align-items: flex-start; margin-block-start: 1em; min-inline-size: 0; content-visibility: auto; contain-intrinsic-block-size: auto 5em; }
.message.follows { margin-block-start: .25em; }
/* The list is laid out once when it opens; sizes are only guessed for what is far away. */
.message.ends, .message:nth-last-child(-n+12) { content-visibility: visible; }
.message.visitor { align-items: flex-end; }
.message.system { align-items: center; }
.day { align-self: center; color: var(--muted); font-size: .8em; font-weight: 600; padding-block: .2em .8em; }
.day::first-letter { text-transform: uppercase; }
.author { color: var(--muted); font-size: .8em; font-weight: 600; padding-inline: .2em; margin-block-end: .2em; }
.follows > .author:not(.sr) { display: none; }
.bubble { max-inline-size: min(88%, 36em); padding: .6em .9em; border-radius: 1.15em; background: var(--bubble); overflow-wrap: anywhere; unicode-bidi: isolate; border: 1px solid transparent; }
.bubble > * + * { margin-block-start: .5em; }
.code { white-space: nowrap; font-weight: 600; }
.bubble ul, .bubble ol { padding-inline-start: 1.3em; }
.bubble li + li { margin-block-start: .2em; }
.bot > .bubble, .staff > .bubble { border-end-start-radius: .35em; max-inline-size: min(94%, 36em); }
.staff > .bubble { background: var(--accent-soft); border-color: var(--accent-line); }
.visitor > .bubble { background: var(--accent); color: var(--on-accent); border-end-end-radius: .35em; }
.visitor > .bubble > p + p { margin-block-start: 0; }
.visitor > .bubble > p:empty { min-block-size: 1.5em; }
.visitor > .bubble a { color: inherit; }
.visitor > .bubble :focus-visible { outline-color: var(--on-accent); }
.system > .bubble { background: none; color: var(--muted); font-size: .88em; text-align: center; max-inline-size: 100%; padding-block: .2em; }
[data-state="sending"] > .bubble, [data-state="offline"] > .bubble, [data-state="busy"] > .bubble { opacity: .86; }
[data-state="failed"] > .bubble, [data-state="refused"] > .bubble { background: var(--danger-soft); color: var(--text); border-color: var(--danger); }
.foot { display: flex; align-items: center; gap: .3em; font-size: .78em; color: var(--muted); padding: .2em .3em 0; min-block-size: 1.5em; }
.foot .icon { inline-size: 1.1em; block-size: 1.1em; }
.under { display: flex; flex-wrap: wrap; align-items: center; max-inline-size: 100%; }
.message:not(.ends)[data-state="sent"] .foot, .system .foot { display: none; }
.retry { display: inline-flex; align-items: center; gap: .4em; min-block-size: 2.2em; color: var(--danger); font-weight: 600; text-decoration: underline; text-underline-offset: .2em; }
[data-state="refused"] .foot { color: var(--danger); max-inline-size: 88%; }
.tools { display: flex; align-items: center; flex-wrap: wrap; gap: .1em; margin-inline-start: .35em; }
.tool { display: grid; place-items: center; inline-size: 2.2em; block-size: 2.2em; border-radius: 50%; color: var(--muted); transition: background-color .15s; }
.tool:hover { background: var(--bubble); color: var(--text); }
.tool .icon { inline-size: 1.1em; block-size: 1.1em; }
.rating { display: flex; align-items: center; flex-wrap: wrap; }
.rating > p { font-size: .84em; padding-inline: .4em; }
.comment { display: grid; gap: .4em; justify-items: start; inline-size: min(100%, 24em); padding: .3em; font-size: .92em; }
.sources { font-size: .84em; margin-block-start: .4em; padding-inline: .3em; }
.sources p { font-weight: 600; color: var(--muted); }
.sources ul { list-style: none; }
.sources li { display: flex; flex-wrap: wrap; gap: 0 .6em; align-items: baseline; padding-block: .15em; }
.sources a { display: inline-block; min-block-size: 1.75em; }
.sources .icon { inline-size: .95em; block-size: .95em; margin-inline-start: .25em; vertical-align: -.12em; }

.suggestions { display: flex; flex-wrap: wrap; gap: .5em; margin-block: .5em .3em; inline-size: 100%; animation: rise .25s ease; }
.suggestion { min-block-size: 2.75em; padding: .45em 1.05em; border-radius: 1.4em; border: 1.5px solid var(--accent); color: var(--accent); background: var(--surface); font-weight: 550; line-height: 1.3; transition: background-color .15s; }
.suggestion:hover { background: var(--accent-soft); }

.typing { display: flex; align-items: center; gap: .6em; padding: .3em var(--pad) .8em; color: var(--muted); font-size: .84em; min-block-size: 2.6em; }
.dots { display: inline-flex; gap: .25em; padding: .75em .85em; border-radius: 1.15em; border-end-start-radius: .35em; background: var(--bubble); border: 1px solid transparent; }
.dots i { inline-size: .45em; block-size: .45em; border-radius: 50%; background: var(--muted); animation: dot 1.2s infinite ease-in-out; }
.dots i:nth-child(2) { animation-delay: .15s; }
.dots i:nth-child(3) { animation-delay: .3s; }
@keyframes dot { 0%, 60%, 100% { opacity: .35; } 30% { opacity: 1; } }

/* --- offers */
.offers { display: grid; gap: .6em; inline-size: 100%; margin-block-start: .5em; grid-template-columns: repeat(auto-fill, minmax(min(100%, 19em), 1fr)); align-items: start; }
.offer { border: 1px solid var(--line); border-radius: 1em; padding: .9em 1em .45em; background: var(--surface); min-inline-size: 0; box-shadow: 0 1px 3px rgb(19 21 37 / .05); }
.offer h3 { font-size: 1.02em; line-height: 1.35; font-weight: 650; overflow-wrap: anywhere; }
.offer-top { display: flex; flex-wrap: wrap; gap: .3em .6em; align-items: center; justify-content: space-between; margin-block-end: .35em; }
.offer-kind { display: inline-flex; align-items: center; gap: .35em; font-size: .82em; font-weight: 600; color: var(--accent); }
.offer-sample { font-size: .76em; font-weight: 600; color: var(--warn); background: var(--warn-soft); border-radius: 1em; padding: .1em .7em; border: 1px solid transparent; }
.offer-provider { color: var(--muted); font-size: .88em; }
.offer-place { display: flex; gap: .3em; align-items: center; color: var(--muted); font-size: .88em; margin-block-start: .2em; }
.offer-why { color: var(--muted); font-size: .88em; margin-block-start: .2em; }
.offer-place .icon { inline-size: 1.1em; block-size: 1.1em; }
.offer dl { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 7.5em), 1fr)); gap: .45em .9em; margin-block: .65em .3em; padding-block-start: .6em; border-block-start: 1px solid var(--line); }
.offer dt { font-size: .76em; color: var(--muted); line-height: 1.3; }
.offer dd { font-weight: 600; font-size: .95em; line-height: 1.35; overflow-wrap: anywhere; }
.offer-details > dl { margin: 0; padding: 0; border: 0; font-size: 1.08em; }
.offer-details { border-block-start: 1px solid var(--line); margin-block-start: .6em; padding-block: .6em .3em; font-size: .92em; display: grid; gap: .5em; }
.offer-text > * + * { margin-block-start: .4em; }
.offer-text ul, .offer-text ol { padding-inline-start: 1.2em; }
.offer-contact { display: grid; gap: .1em; justify-items: start; }
.offer-contact a { min-block-size: 1.7em; }
.offer-small { font-size: .86em; color: var(--muted); display: grid; gap: .1em; }
.offer-actions { display: flex; flex-wrap: wrap; gap: 0 1em; margin-block-start: .2em; }
.link { display: inline-flex; align-items: center; gap: .3em; min-block-size: 3em; color: var(--accent); font-size: .86em; font-weight: 600; text-decoration: none; }
.link:hover { text-decoration: underline; }
.link .icon { inline-size: 1.15em; block-size: 1.15em; }
[aria-expanded="true"] > .icon-down { transform: rotate(180deg); }
[aria-pressed="true"] > .icon-bookmark { fill: currentColor; }

/* --- forms */
.form { display: grid; gap: .9em; inline-size: 100%; max-inline-size: 34em; margin-block-start: .5em; padding: 1em; border: 1px solid var(--line); border-radius: 1em; background: var(--surface); box-shadow: 0 1px 3px rgb(19 21 37 / .05); }
.form h3 { font-size: 1.02em; font-weight: 650; }
.field { display: grid; gap: .25em; }
label { font-weight: 600; font-size: .92em; }
.required, .field-hint { color: var(--muted); font-weight: 400; font-size: .88em; }
.field-error { display: flex; gap: .35em; color: var(--danger); font-size: .88em; font-weight: 600; }
.field-error .icon { margin-block-start: .1em; }
input:not([type="checkbox"]), select, .form textarea, .comment textarea { inline-size: 100%; min-block-size: 2.75em; padding: .5em .75em; border: 1.5px solid var(--border); border-radius: .6em; background: var(--surface); color: var(--text); }
textarea { resize: vertical; }
[aria-invalid="true"] { border-color: var(--danger) !important; }
.check { display: flex; gap: .6em; align-items: flex-start; }
.check input { flex: none; inline-size: 1.5em; block-size: 1.5em; margin: 0; accent-color: var(--accent); }
.check label { font-weight: 400; }
.primary, .secondary { display: inline-flex; align-items: center; justify-content: center; gap: .5em; min-block-size: 2.75em; padding: .5em 1.4em; border-radius: 1.4em; font-weight: 600; text-align: center; line-height: 1.3; transition: background-color .15s; border: 1.5px solid transparent; }
.primary { background: var(--accent); color: var(--on-accent); }
.primary:hover { background: var(--accent-hover); }
.primary[aria-disabled="true"] { opacity: .6; cursor: progress; }
.secondary { border-color: var(--accent); color: var(--accent); background: var(--surface); }
.secondary:hover { background: var(--accent-soft); }
.danger { background: var(--danger); color: var(--surface); }
.danger:hover { background: var(--danger); filter: brightness(.92); }
.form-status { color: var(--danger); font-weight: 600; font-size: .92em; }
.form-sent { display: flex; align-items: center; gap: .4em; color: var(--ok); font-weight: 600; font-size: .92em; margin-block-start: .5em; }

/* --- writing */
.composer { padding: .6em .7em calc(.7em + env(safe-area-inset-bottom, 0px)); border-block-start: 1px solid var(--line); }
.write { display: flex; align-items: flex-end; gap: .3em; border: 1.5px solid var(--border); border-radius: 1.5em; padding-block: .22em; padding-inline: 0 .22em; background: var(--surface); transition: border-color .15s; }
.write:focus-within { border-color: var(--accent); box-shadow: 0 0 0 1.5px var(--accent); }
.write textarea { flex: 1; min-inline-size: 0; border: 0; background: none; resize: none; padding: .5em 1em; line-height: 1.45; max-block-size: 8em; min-block-size: 2.5em; block-size: 2.5em; overflow-y: auto; scrollbar-width: thin; }
.write textarea:focus-visible { outline: none; }
.write textarea::placeholder { color: var(--muted); opacity: 1; white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }
.mic { display: grid; place-items: center; flex: none; inline-size: 2.75em; block-size: 2.75em; border-radius: 50%; color: var(--muted); transition: background-color .15s; }
.mic:hover { background: var(--bubble); color: var(--text); }
.mic[aria-pressed="true"] { background: var(--danger); color: var(--surface); }
.lines { white-space: pre-line; }
.qr { inline-size: min(100%, 13em); block-size: auto; align-self: center; border-radius: .5em; image-rendering: pixelated; }
.code-line { font-size: .84em; overflow-wrap: anywhere; user-select: all; }
a.secondary { text-decoration: none; }
.send { display: grid; place-items: center; flex: none; inline-size: 2.75em; block-size: 2.75em; border-radius: 50%; background: var(--accent); color: var(--on-accent); transition: background-color .15s, opacity .15s; }
.send:hover { background: var(--accent-hover); }
.send[aria-disabled="true"] { background: var(--bubble); color: var(--muted); cursor: default; }
.count { font-size: .82em; color: var(--muted); padding: .3em 1em 0; }
.count.error { color: var(--danger); font-weight: 600; }
.over { display: grid; gap: .6em; justify-items: center; text-align: center; padding: .5em; font-size: .94em; }

/* --- notice, sheets */
.page { flex: 1; min-block-size: 0; overflow-y: auto; overscroll-behavior: contain; padding: 1.4em 1.3em calc(1.3em + env(safe-area-inset-bottom, 0px)); display: flex; flex-direction: column; gap: 1.1em; }
.page.centre { align-items: center; justify-content: center; text-align: center; }
.page > .column { display: flex; flex-direction: column; gap: 1.1em; max-inline-size: 32em; margin-block: auto; }
.page h3 { font-size: 1.35em; font-weight: 700; line-height: 1.25; letter-spacing: -.01em; }
.chips { display: flex; flex-wrap: wrap; gap: .4em; }
.chip { display: inline-flex; align-items: center; gap: .35em; min-block-size: 2.75em; padding: .25em .9em; border: 1.5px solid var(--line); border-radius: 1.4em; font-size: .9em; font-weight: 550; transition: background-color .15s; }
.chip:hover { background: var(--bubble); }
.chip[aria-pressed="true"] { border-color: var(--accent); background: var(--accent-soft); color: var(--accent); }
.points { list-style: none; display: grid; gap: .9em; }
.points li { display: flex; gap: .8em; }
.points .icon { inline-size: 1.5em; block-size: 1.5em; color: var(--accent); }
.points a { display: inline-block; min-block-size: 1.5em; }
.buttons { display: grid; gap: .5em; }
.buttons > * { inline-size: 100%; min-block-size: 3em; }
.plain { border-color: transparent; }
.pinned { padding: .8em 1.3em calc(.8em + env(safe-area-inset-bottom, 0px)); border-block-start: 1px solid var(--line); }
.pinned > .buttons { max-inline-size: 32em; grid-auto-flow: row; }
.pinned > .form-status:not(:empty) { max-inline-size: 32em; margin-block-end: .5em; }
.sheet { position: absolute; inset: 0; z-index: 2; display: flex; flex-direction: column; background: var(--surface); animation: rise .18s ease; }
.sheet .head { gap: .4em; padding-inline: .6em; }
.sheet .head h2 { font-size: 1.06em; font-weight: 650; outline-offset: 4px; }
.rows { padding: .5em; overflow-y: auto; flex: 1; }
a.row { color: inherit; text-decoration: none; }
.row > .icon-link { inline-size: 1.1em; block-size: 1.1em; }
.row { display: flex; align-items: center; gap: .9em; inline-size: 100%; min-block-size: 3.1em; padding: .5em .9em; border-radius: .75em; line-height: 1.35; }
.row:hover { background: var(--bubble); }
.row > .icon { color: var(--muted); inline-size: 1.4em; block-size: 1.4em; }
.row > span:first-of-type { flex: 1; }
.row[aria-pressed="true"] { background: var(--accent-soft); color: var(--accent); font-weight: 600; }
.row .number { min-inline-size: 1.7em; text-align: center; background: var(--bubble); border-radius: 1em; font-size: .84em; padding: 0 .5em; }
.row.risk, .row.risk > .icon { color: var(--danger); }
.rows hr { border: 0; border-block-start: 1px solid var(--line); margin: .4em .9em; }
.rows .note { font-size: .84em; color: var(--muted); padding: 0 .9em .4em; }
.switch { flex: none; inline-size: 2.7em; block-size: 1.6em; border-radius: 1em; background: var(--border); position: relative; transition: background-color .15s; border: 2px solid transparent; }
.switch::after { content: ""; position: absolute; inset-block-start: .11em; inset-inline-start: .12em; inline-size: 1.13em; block-size: 1.13em; border-radius: 50%; background: var(--surface); transition: inset-inline-start .15s; }
[aria-checked="true"] > .switch { background: var(--accent); }
[aria-checked="true"] > .switch::after { inset-inline-start: 1.2em; }
.saved { display: grid; gap: .7em; padding: .9em; overflow-y: auto; flex: 1; align-content: start; }
.saved .offers { margin: 0; }
.spinner { inline-size: 2em; block-size: 2em; border-radius: 50%; border: 3px solid var(--line); border-block-start-color: var(--accent); animation: turn .8s linear infinite; }
@keyframes turn { to { transform: rotate(1turn); } }

/* --- the full page */
:host([mode="page"]) .head, :host([mode="page"]) .composer { padding-inline: max(1em, calc((100% - 47em) / 2)); }
:host([mode="page"]) { --pad: 1.2em; }
:host([mode="page"]) .scroller > .column { max-inline-size: 49.4em; }
:host([mode="page"]) :is(.rows, .saved) { padding-inline: max(.5em, calc((100% - 49em) / 2)); }

/* --- small screens, and zoom: the whole window */
@media (max-width: 30em), (max-height: 26em) {
  :host(:not([mode="page"])) .panel { position: fixed; inset: 0; inline-size: auto; max-inline-size: none; block-size: auto; border-radius: 0; box-shadow: none; }
  .head { padding-block: .4em; padding-inline: .7em .4em; min-block-size: 3.5em; }
  :host { --pad: .8em; }
  .page { padding: 1.1em 1em; }
  .pinned { padding: .6em 1em calc(.6em + env(safe-area-inset-bottom, 0px)); }
  .pinned .plain { min-block-size: 2.75em; }
  .points, .page > .column { gap: .8em; }
  .bubble { max-inline-size: 92%; }
  .bot > .bubble, .staff > .bubble { max-inline-size: 97%; }
}
@media (max-width: 23em) {
  .head > .mark { display: none; }
  .language span { display: none; }
  .names { padding-inline-start: 0; }
  .offer dl { grid-template-columns: repeat(auto-fit, minmax(min(100%, 6.5em), 1fr)); }
}
@media (max-height: 26em) {
  .head { min-block-size: 0; padding-block: .1em !important; }
  .composer { padding-block: .25em; }
  .names p { -webkit-line-clamp: 1; }
  .latest { display: none; }
}
@media (pointer: coarse) { .tool { inline-size: 2.75em; block-size: 2.75em; } }
@media (prefers-reduced-motion: reduce) { *, *::before, *::after { animation: none !important; transition: none !important; scroll-behavior: auto !important; } }
@media (prefers-contrast: more) { :host(:not([data-theme="high-contrast"])) { --muted: var(--text); --line: var(--border); } }
:host([data-theme="high-contrast"]) :is(.bubble, .dots, .launcher, .switch, .offer-sample) { border-color: var(--text); }
:host([data-theme="high-contrast"]) .visitor > .bubble { border-color: var(--accent); }
@media (forced-colors: active) {
  .bubble, .dots, .launcher, .mark, .send, .mic, .round, .tool, .primary, .offer-sample, .switch, .badge { border: 1px solid ButtonText; }
  .panel { border: 2px solid CanvasText; }
  .switch::after, .dots i { background: ButtonText; forced-color-adjust: none; }
  [aria-pressed="true"], [aria-checked="true"] > .switch { border-color: Highlight !important; outline: 2px solid Highlight; }
}
@media print { :host { display: none; } }
`;
