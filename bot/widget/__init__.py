"""The visitor's chat: the web component `<lotse-chat>`, the full page at `/`, and the demonstration pages."""
