"""The catalogue of leads as they really arrive, as tests: each name bears the number of its row."""
