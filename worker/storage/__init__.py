"""The tables, and the one transaction in which an article is decided on and stored."""
