// Where the visitor reads: staying at the newest message, or showing a long answer from its first line.

import { Visit } from "./visit.js";

const NEAR_END = 80; // px from the end of the log that still count as reading the newest message

export class Reading extends Visit {
  /** Only from half a screen on: before that the way is short and the button would cover what is read. */
  showLatest() {
    if (!this.scroller) return;
    const { scrollHeight, scrollTop, clientHeight } = this.scroller;
    this.latest.hidden = scrollHeight - scrollTop - clientHeight < Math.max(NEAR_END, clientHeight / 2);
  }

  /** Where an on-screen keyboard lies over the page (iOS), keep the field above it. */
  fitKeyboard() {
    const { panel } = this;
    if (!panel || this.pageMode) return;
    const { height, offsetTop, scale } = visualViewport;
    const covered = this.fullScreen() && scale < 1.05 ? Math.max(0, innerHeight - height - offsetTop) : 0;
    const atEnd = this.atEnd();
    panel.style.insetBlockEnd = covered > 1 ? covered + "px" : "";
    if (atEnd) this.scrollToEnd();
  }

  fullScreen() {
    return matchMedia("(max-width: 30em), (max-height: 26em)").matches;
  }

  atEnd() {
    const { scroller } = this;
    return !scroller || scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < NEAR_END;
  }

  /** The end of a conversation that goes on; the beginning of one where only the greeting was said. */
  scrollToWhereOneReads() {
    const begun = [...this.conversation.messages.values(), ...this.conversation.queue()].some((item) => item.author !== "bot");
    if (begun || !this.scroller) return this.scrollToEnd();
    return this.scroller.scrollTo({ top: 0, behavior: "instant" });
  }

  scrollToEnd(smooth = false) {
    if (!this.scroller) return;
    const still = !smooth || matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.scroller.scrollTo({ top: this.scroller.scrollHeight, behavior: still ? "instant" : "smooth" });
  }

  /** Show the beginning of what is new: a long answer is read from its first line. */
  scrollToNew(before) {
    const first = before?.isConnected ? before.nextElementSibling : this.log.element.firstElementChild;
    const end = this.scroller.scrollHeight - this.scroller.clientHeight;
    if (first) this.scroller.scrollTo({ top: Math.min(first.offsetTop - 10, end), behavior: "instant" });
  }
}
