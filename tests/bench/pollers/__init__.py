"""Polling 5,000 feeds, beside `reader` and beside a bare loop: `make bench-polling`. Every contestant is a process."""
