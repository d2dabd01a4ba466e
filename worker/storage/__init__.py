"""The tables, and the one transaction in which an article is decided on and stored.

Importing this package imports no database library: who only parses must not wait for one.
"""
