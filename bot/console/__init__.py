"""The pages on which staff read and answer."""
