"""Keeps policies that were read without an error, so that the same files need not be read again."""
