"""Two policies over the same mentions: what changes for whom, and because of which statement."""
