"""Synthetic worlds: awards, recipients and known truth, deterministic in a seed, at any size."""

from proofbook.sources.synthetic.mixture import Mixture, default_mixture, read_mixture
from proofbook.sources.synthetic.world import World, WorldFiles, make_world, write_world

__all__ = [
    "Mixture",
    "World",
    "WorldFiles",
    "default_mixture",
    "make_world",
    "read_mixture",
    "write_world",
]
