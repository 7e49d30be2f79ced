"""Dry runs: past mentions replayed through the same flow, and what came of it."""
