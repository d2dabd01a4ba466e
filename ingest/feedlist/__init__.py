"""The list of feeds: feeds.toml and OPML, read and written."""
