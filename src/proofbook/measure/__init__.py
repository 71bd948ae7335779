"""Time, true peak memory, and the statistics that judge them."""

from proofbook.measure.recorder import Recorder, Stage, StageRecord

__all__ = ["Recorder", "Stage", "StageRecord"]
