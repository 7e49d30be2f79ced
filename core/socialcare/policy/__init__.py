"""A company's policy: read, checked, matched, planned and explained."""
