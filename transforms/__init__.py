"""The steps of the pipeline as Beam PTransforms: they wire what the rooms below decide."""
