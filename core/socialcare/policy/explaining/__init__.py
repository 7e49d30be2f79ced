"""From statements and decisions to words for people."""
