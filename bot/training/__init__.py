"""From the folders under data/ to a trained and published model."""
