"""Judge: how one run turned evidence into decisions, small enough to be kept with its result."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import zlib
from dataclasses import dataclass

import lightgbm as lgb
import numpy as np
import polars as pl
from numpy.typing import NDArray

from proofbook.matching.learning import Model, default_model, logistic
from proofbook.matching.shards import Firms

#: What counts as nearly certain, and how many such candidates a rate may be counted on.
_NEARLY, _COUNTED = 0.95, 200
#: Lines of a LightGBM model that neither predictions nor contributions need.
_NEEDLESS = re.compile(r"(split_gain|leaf_weight|internal_value|internal_weight|tree_sizes)=")


@dataclass(frozen=True)
class Judge:
    """A model and what is added to its log-odds before ``accept`` and ``review`` are compared.

    ``differ`` where the identifiers of award and recipient differ, ``silent`` where they could and
    do not, ``shift`` for the share of awards without a recipient.
    """

    model: Model
    differ: float
    silent: float
    shift: float
    accept: float
    review: float


def identifiers_compared(
    asks: pl.DataFrame, held: Firms
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Whether identifiers (numbers, 0 for none) could tell anything, and whether they differ.

    An award and a recipient may each have an identifier of a kind, and they differ: rare but not
    absurd for one firm, which may hold several, and the rule for two. Awards without identifiers
    tell nothing, and equal ones have been heard already.
    """
    sides = [(asks[c].to_numpy(), getattr(held, c)) for c in ("uei", "duns")]
    tells = np.any([ours > 0 for ours, _ in sides], axis=0)
    tells &= ~np.any([(ours > 0) & (ours == theirs) for ours, theirs in sides], axis=0)
    differ = np.any(
        [(ours > 0) & (theirs > 0) & (ours != theirs) for ours, theirs in sides], axis=0
    )
    return tells, differ & tells


def identifier_weights(
    probability: NDArray[np.float64], tells: NDArray[np.bool_], differ: NDArray[np.bool_]
) -> tuple[float, float]:
    """Log-odds for identifiers that differ, and that could but do not.

    Counted on the awards at hand: among candidates that the names make nearly certain, and among
    those that they rule out. Where these are few, 0.
    """
    same, other = tells & (probability >= _NEARLY), tells & (probability <= 1 - _NEARLY)
    if min(same.sum(), other.sum()) < _COUNTED:
        return 0.0, 0.0
    of_same = (differ[same].sum() + 1) / (same.sum() + 2)
    of_other = (differ[other].sum() + 1) / (other.sum() + 2)
    against = float(np.log(of_same / of_other))
    neutral = float(np.log((1 - of_same) / (1 - of_other)))
    return min(against, 0.0), max(neutral, 0.0)


def identifier_log_odds(
    tells: NDArray[np.bool_], differ: NDArray[np.bool_], weights: tuple[float, float]
) -> NDArray[np.float64]:
    """What the identifiers of each pair add to its log-odds."""
    return np.where(tells, np.where(differ, *weights), 0.0)


def absence_shift(best: NDArray[np.float64], prior: float) -> tuple[float, float]:
    """How much the log-odds move where firms are absent more often than learned, and the share.

    ``best`` are the probabilities of the best candidate of each award. The share of awards whose
    best candidate is right is found by the iteration of Saerens, Latinne and Decaestecker (2002).
    """
    share, shift = prior, 0.0
    for _ in range(50 if len(best) else 0):
        share = float(np.clip(moved(best, shift).mean(), 0.02, 0.98))
        shift = float(np.log(share / (1 - share)) - np.log(prior / (1 - prior)))
    return shift, share


def moved(
    probability: NDArray[np.float64], shift: float | NDArray[np.float64]
) -> NDArray[np.float64]:
    """Probabilities whose log-odds are moved."""
    return logistic(log_odds(probability) + shift)


def log_odds(probability: NDArray[np.float64]) -> NDArray[np.float64]:
    """ln(p / (1 - p)), p at least a thousand-millionth away from 0 and 1."""
    p = np.clip(probability, 1e-9, 1 - 1e-9)
    out: NDArray[np.float64] = np.log(p / (1 - p))
    return out


def to_text(judge: Judge) -> str:
    """A judge as JSON. The shipped model is named by its digest, a learned one is held in full."""
    model = judge.model
    trees = {name: _slim(getattr(model, name).model_to_string()) for name in ("alone", "together")}
    knots = [k.tolist() for k in model.knots]
    record = {
        "model": {"source": model.source, "queries": model.queries, "prior": model.prior},
        "digest": _digest(model),
        **{n: getattr(judge, n) for n in ("differ", "silent", "shift", "accept", "review")},
    }
    if model.source != "default":
        packed = zlib.compress(json.dumps({"knots": knots, **trees}).encode(), 9)
        record["trees"] = base64.b64encode(packed).decode()
    return json.dumps(record)


def from_text(text: str) -> Judge:
    """The judge that ``to_text`` wrote; ValueError where the shipped model was another one."""
    record = json.loads(text)
    if "trees" in record:
        parts = json.loads(zlib.decompress(base64.b64decode(record.pop("trees"))))
        x, y = (np.array(k) for k in parts["knots"])
        model = Model(
            alone=lgb.Booster(model_str=parts["alone"]),
            together=lgb.Booster(model_str=parts["together"]),
            knots=(x, y),
            curve=np.zeros((0, 3)),  # what was held back has done its work
            **record["model"],
        )
    else:
        model = default_model()
        if _digest(model) != record["digest"]:
            raise ValueError("another version's default model decided")
    return Judge(model, **{n: record[n] for n in ("differ", "silent", "shift", "accept", "review")})


def _slim(text: str) -> str:
    """A LightGBM model's text without what only its training would need."""
    trees = text.split("\nparameters:", maxsplit=1)[0]
    return "\n".join(line for line in trees.splitlines() if not _NEEDLESS.match(line)) + "\n"


def _digest(model: Model) -> str:
    """Sixteen hex digits of all numbers that a probability depends on."""
    trees = (_slim(booster.model_to_string()) for booster in (model.alone, model.together))
    numbers = b"".join(k.tobytes() for k in model.knots)
    return hashlib.sha256("".join(trees).encode() + numbers).hexdigest()[:16]
