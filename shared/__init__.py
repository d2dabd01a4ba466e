"""The contract between ``ingest`` and ``worker``, and nothing else.

A name belongs here only if both services must agree on it for a message to be understood. If one service could
change it alone, it belongs to that service. Convenience is not a reason; write ten lines twice instead.
"""
