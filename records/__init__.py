"""Bytes to records, without Beam: what a file is, where its records end, what stands in them.

Leads and do-not-disturb lists are read by the same code. The way of a file: `opening` (packed or
not, UTF-16 or not, CSV or JSON lines), `splitting` (whole records, numbered), `decoding` (fields).
"""
