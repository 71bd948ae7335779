"""proofbook: notebooks that prove an enrichment is right, fast, and no worse than last time."""

__version__ = "0.1.0"
