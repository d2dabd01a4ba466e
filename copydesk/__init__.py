"""The front desk: the one command, the embedded stack and its supervision.

The only package that may know both services.
"""
