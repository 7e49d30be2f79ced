"""What single values mean: words, patterns, times, formulas, reply texts. Leaves: they know nothing of a policy."""
