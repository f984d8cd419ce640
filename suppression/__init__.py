"""Do-not-disturb lists, without Beam: whether a list is one, and which numbers stand on it.

Lists are read by the readers of `records` and `schemas.phones`, as leads are: whatever a lead may
be spelled like, a list entry may be spelled like.
"""
