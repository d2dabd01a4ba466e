"""When a feed is asked, what of it is new, and what is remembered."""
