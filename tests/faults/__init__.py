"""Attacks the product with real processes and counts what became of everything: python -m tests.faults."""
