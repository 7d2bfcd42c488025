// How a site uses the chat from its own page: a button that asks (docs/embedding.md, "For scripts of the site").
const chat = document.querySelector("lotse-chat");
for (const button of document.querySelectorAll("[data-ask]")) {
  button.hidden = false;
  button.addEventListener("click", () => {
    chat.open();
    chat.send(button.dataset.ask);
  });
}
