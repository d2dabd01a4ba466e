"""What may be asked (guard), how (fetcher), how often (politeness), and what can come of it (outcomes)."""
