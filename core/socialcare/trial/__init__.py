"""Runs the tests that a policy brings, against the whole policy, and says what they did not reach."""
