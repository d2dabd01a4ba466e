"""Months of a real stream of entries through the poller, in accelerated time: `make replay-feeds`."""
