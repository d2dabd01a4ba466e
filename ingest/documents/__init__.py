"""Strangers' documents to values: feeds and pages as entries, read in children that can be killed."""
