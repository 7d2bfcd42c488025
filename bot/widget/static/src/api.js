// The HTTP calls of the visitor API (contract/api.md). No other module calls fetch.

/** What went wrong with a call. `status` 0: no answer came at all. */
export class ApiError extends Error {
  constructor(status, error = {}, retryAfter = 0) {
    super(error.message || "");
    this.status = status;
    this.code = error.code || "";
    this.field = error.field || "";
    this.retryAfter = retryAfter;
  }

  /** The conversation does not exist (any more), or the token is not its own. */
  get gone() {
    return this.status === 404 || this.status === 401;
  }

  /** The same request may succeed later without a change. */
  get temporary() {
    return this.status === 0 || this.status === 408 || this.status === 429 || this.status >= 500;
  }
}

export class Api {
  /** @param {string} base origin (and path prefix) of the server, without a slash at the end */
  constructor(base) {
    this.base = base;
    this.token = "";
  }

  /**
   * One call; resolves with the parsed JSON, rejects with an ApiError.
   * @param {{body?: object, timeout?: number, signal?: AbortSignal}} [options] timeout in milliseconds
   */
  async call(method, path, { body, timeout = 20000 } = {}) {
    const abort = new AbortController();
    // A connection that hangs is worse than one that fails: the queue would wait for ever.
    const timer = setTimeout(() => abort.abort(), timeout);
    try {
      const response = await fetch(this.base + "/api/v1" + path, {
        method,
        headers: this.headers(body ? { "Content-Type": "application/json" } : {}),
        body: body ? JSON.stringify(body) : undefined,
        signal: abort.signal,
        credentials: "omit",
        referrerPolicy: "no-referrer",
        cache: "no-store",
        // An erasure or a message that was sent with the last click still leaves when the page closes.
        keepalive: method !== "GET",
      });
      let data = {};
      if (response.status !== 204) data = await response.json().catch(() => ({}));
      if (!response.ok) {
        const wait = Number(response.headers.get("Retry-After")) || 0;
        throw new ApiError(response.status, data.error, wait);
      }
      return data;
    } catch (error) {
      throw error instanceof ApiError ? error : new ApiError(0);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Open the event stream; resolves with the response as soon as its headers are there. */
  stream(path, lastEventId, signal) {
    const headers = { Accept: "text/event-stream" };
    if (lastEventId) headers["Last-Event-ID"] = String(lastEventId);
    return fetch(this.base + "/api/v1" + path, {
      headers: this.headers(headers),
      signal,
      credentials: "omit",
      referrerPolicy: "no-referrer",
      cache: "no-store",
    });
  }

  /** A picture, drawn: a site's Content-Security-Policy need not allow images from here. */
  async picture(path) {
    const response = await fetch(this.base + path, { credentials: "omit", referrerPolicy: "no-referrer" }).catch(() => null);
    if (!response?.ok) throw new ApiError(response?.status || 0);
    const bitmap = await createImageBitmap(await response.blob());
    const canvas = document.createElement("canvas");
    canvas.width = bitmap.width;
    canvas.height = bitmap.height;
    canvas.getContext("2d").drawImage(bitmap, 0, 0);
    return canvas;
  }

  headers(more) {
    return this.token ? { Authorization: "Bearer " + this.token, ...more } : more;
  }
}
