"""MatchSettings: the parameter section ``match.*``."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class MatchSettings(BaseModel):
    """How awards are matched; every value has a default that suits real data."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    target_precision: float = Field(
        0.98, gt=0, lt=1, description="precision that accepted fuzzy matches must reach"
    )
    review_probability: float = Field(
        0.30, ge=0, lt=1, description="least probability of a candidate for clerical review"
    )
    scorer: Literal["evidence", "token_set_ratio"] = Field(
        "evidence", description="calibrated evidence, or the old rule (>= 90 accept, 75-89 review)"
    )
    model: Literal["auto", "default"] = Field(
        "auto", description="learn from identifier matches when there are enough, or never"
    )
    candidates: int = Field(5, ge=1, le=20, description="recipients listed for review per award")
    threads: int = Field(0, ge=0, le=64, description="0 = all cores; the result is the same")
    seed: int = Field(0, ge=0, description="seed of the training folds")
