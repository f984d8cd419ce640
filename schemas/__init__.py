"""What a lead and an outcome are: their Avro schemas, and the one authority that judges them.

Everything here is plain Python without Beam, without files but the two packaged schemas, and
without a field's name in the code: the lead schema alone says what a lead looks like.
"""
