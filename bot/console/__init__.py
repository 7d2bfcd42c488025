"""The staff's pages: inbox, cases, accounts."""
