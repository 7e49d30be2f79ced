"""From bytes to nodes with places, refusing what could mean two things."""
