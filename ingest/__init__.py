"""Process 1: polls feeds, takes raw articles by hand, and puts each into the inbox. It has no database."""
