"""Conversations with visitors: their log, their turns, their streams, their API."""
