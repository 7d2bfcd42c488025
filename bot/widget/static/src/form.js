// Forms inside the conversation: labels, hints and errors tied to their fields.

import { h, icon } from "./dom.js";

const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;

/** The form of a message. `onsubmit(values)` resolves when it is sent and rejects with an ApiError. */
export function messageForm(ui, form, onsubmit) {
  const fields = new Map();
  const status = h("p.form-status", { hidden: true });
  const button = h("button.primary", { type: "submit" }, form.submit || ui.t("form_send"));
  const element = h("form.form", { novalidate: true, "aria-label": form.title || ui.t("form_send") },
    form.title && h("h3", {}, form.title),
    ...(form.fields || []).map((field) => {
      const row = fieldRow(ui, field);
      fields.set(field.name, row);
      return row.element;
    }),
    status,
    h("div.form-actions", {}, button));

  element.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (button.getAttribute("aria-disabled") === "true") return;
    status.hidden = true;
    const values = {};
    let first = null;
    for (const [name, row] of fields) {
      values[name] = row.value();
      const error = row.problem();
      row.setError(error);
      if (error && !first) first = row;
    }
    if (first) {
      ui.announce(ui.t("form_errors"));
      first.focus();
      return;
    }
    // aria-disabled instead of disabled: the button keeps the focus while the form is on its way.
    button.setAttribute("aria-disabled", "true");
    try {
      await onsubmit(values);
      element.replaceWith(h("p.form-sent", {}, icon("check"), ui.t("form_sent")));
      ui.focusComposer();
    } catch (error) {
      button.removeAttribute("aria-disabled");
      const text = ui.errorText(error);
      const row = fields.get(error.field) || fields.get(String(error.field).split(".").pop());
      if (row) {
        row.setError(text);
        row.focus();
      } else {
        status.textContent = text;
        status.hidden = false;
        ui.announce(text);
      }
    }
  });
  return element;
}

function fieldRow(ui, field) {
  const id = ui.nextId();
  const hintId = id + "-hint";
  const errorId = id + "-error";
  const error = h("p.field-error", { id: errorId, hidden: true }, icon("alert"), h("span", {}));
  const hint = field.hint ? h("p.field-hint", { id: hintId }, field.hint) : null;
  const common = {
    id,
    name: field.name,
    dir: field.type === "email" || field.type === "tel" ? "ltr" : null,
    "aria-required": field.required ? "true" : null,
    "aria-describedby": hint ? hintId : null,
  };
  let input;
  if (field.type === "textarea") input = h("textarea", { ...common, rows: 4 });
  else if (field.type === "select") {
    input = h("select", common,
      !field.value && h("option", { value: "" }, ui.t("form_choose")),
      ...(field.options || []).map((option) => h("option", { value: option.value }, option.label)));
  } else if (field.type === "checkbox") input = h("input", { ...common, type: "checkbox" });
  else {
    const type = ["email", "tel"].includes(field.type) ? field.type : "text";
    const autocomplete = { email: "email", tel: "tel" }[type] || (field.name === "name" ? "name" : "off");
    input = h("input", { ...common, type, autocomplete });
  }
  if (field.type === "checkbox") input.checked = Boolean(field.value);
  else if (field.value !== undefined && field.value !== null) input.value = String(field.value);

  const required = field.required ? h("span.required", {}, ` (${ui.t("form_required")})`) : null;
  const label = h("label", { for: id }, field.label, required);
  const element = field.type === "checkbox"
    ? h("div.field", {}, h("div.check", {}, input, label), hint, error)
    : h("div.field", {}, label, hint, input, error);
  // Every value is text, as in an ordinary form.
  const value = () => (field.type === "checkbox" ? (input.checked ? "yes" : "") : input.value.trim());

  return {
    element,
    value,
    focus: () => input.focus(),
    /** Only what the visitor can see for themselves; the server decides. */
    problem() {
      if (field.required && !value()) return ui.t("form_missing");
      if (field.type === "email" && value() && !EMAIL.test(value())) return ui.t("form_email_invalid");
      return "";
    },
    setError(text) {
      error.hidden = !text;
      error.lastChild.textContent = text || "";
      if (text) input.setAttribute("aria-invalid", "true");
      else input.removeAttribute("aria-invalid");
      const described = [hint && hintId, text && errorId].filter(Boolean).join(" ");
      if (described) input.setAttribute("aria-describedby", described);
      else input.removeAttribute("aria-describedby");
    },
  };
}
