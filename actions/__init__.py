"""Rasa SDK actions: each reads slots, calls `bot/`, utters. Nothing is decided or worded here."""
