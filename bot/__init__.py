"""Heimatlotse: the assistant of a rural district for people who return, stay or arrive."""
