"""What an enrichment is worth: metric definitions, rates, accuracy against truth, and the laws."""
