"""What a dry run shows beyond its figures: the mentions behind each number, and what they have in common."""
