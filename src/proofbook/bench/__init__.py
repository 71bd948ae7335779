"""Benchmarks: an enricher at several sizes, its time, memory and quality, and two of them held
against each other.

They stand at the end of the data flow: they use enrichment, measure and quality, and nothing but
the command line uses them.
"""
