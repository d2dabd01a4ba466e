"""Process 2: claims raw articles from the inbox, parses, deduplicates and stores them, and says so in events."""
