"""What can be proved of a policy without a single mention: conditions, rivals, texts, tests."""
