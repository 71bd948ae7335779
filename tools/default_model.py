"""Learn the shipped evidence model from synthetic worlds and their truth.

    python tools/default_model.py

The worlds are milder than the suite's own in one way: far fewer different firms of one name,
because states register a name once; and of those that meet by chance, the synthetic vocabulary
being small, seven in ten are left out (of 1,025 firms of the real world that are presumed absent, 2
have a namesake). A share of the awards has its firm taken away, so that absence is learned. The
model is written to src/proofbook/matching/models.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl

from proofbook.matching.by_name import side_of
from proofbook.matching.candidates import find
from proofbook.matching.evidence import AT
from proofbook.matching.frequencies import count_names
from proofbook.matching.hashing import by_lot, mix
from proofbook.matching.learning import learn, save
from proofbook.matching.links import Links, clusters, joined, link, strongest
from proofbook.matching.prepare import prepare_awards
from proofbook.matching.shards import read_shard
from proofbook.matching.vocabulary import Vocabulary
from proofbook.sources.recipients import open_recipients
from proofbook.sources.synthetic import World, make_world
from proofbook.sources.synthetic.mixture import Mixture, default_mixture

AWARDS, RECIPIENTS, SEEDS = 200_000, 600_000, (21, 22, 23, 24)
QUERIES = 60_000  # of each world
MILDER = (
    ("firms", "twin", 0.01),
    ("firms", "moved", 0.40),
    ("links", "absent_with_twin", 0.001),
    ("recipients", "no_zip", 0.30),
)
ABSENT = 0.30
NAMESAKES_KEPT = 0.3
MODELS = Path(__file__).parents[1] / "src" / "proofbook" / "matching" / "models"


def mild_mixture() -> Mixture:
    """The default mixture with fewer twins, more movers, and fewer ZIP codes."""
    raw = default_mixture().model_dump()
    for section, name, value in MILDER:
        if name not in raw[section]:
            raise KeyError(f"the mixture has no share {section}.{name}")
        raw[section][name] = {"value": value, "source": "chosen for the default evidence model"}
    return Mixture.model_validate(raw)


def train(worlds: list[World]) -> None:
    """Learn from the names and places of some worlds alone, and save the model."""
    links, firms, right, numbers = [], [], [], []
    for world in worlds:
        part, firm, truly, number = labelled(world)
        part = replace(part, query=part.query + sum(map(len, numbers)))
        firms.append(firm + sum(map(len, links)))
        links.append(part)
        right.append(truly)
        numbers.append(number)
    number = np.concatenate(numbers)
    together = joined(links)
    firm = np.concatenate(firms)
    save(learn(together, firm, np.concatenate(right), number[together.query], seed=0), MODELS)


def labelled(world: World) -> tuple[Links, np.ndarray, np.ndarray, np.ndarray]:
    """Links of a world, their firms, whether they are right, and each query's number."""
    vocabulary = Vocabulary()
    recipients = open_recipients(world.recipients)
    theirs = read_shard(recipients, 0, recipients.rows, vocabulary)
    ours = prepare_awards(world.awards, vocabulary)
    queries = ours.queries
    number = mix(queries.identity)
    chosen = np.sort(np.argsort(number, kind="stable")[:QUERIES])
    asked = side_of(queries, chosen)
    frequencies = count_names(theirs.side.names, vocabulary)
    pairs = find(asked, theirs.side, frequencies)
    links = strongest([link(asked, theirs.side, pairs, frequencies)])
    links = links.take(np.lexsort((links.identity, links.query)))
    right = _right(world, ours.rows["query"], links.query, links.recipient)
    absent = _absent(world, ours.rows["query"], len(number))
    more = max(0.0, (ABSENT - absent[chosen].mean()) / (1 - absent[chosen].mean()))
    hidden = by_lot(number, more)
    namesake = (links.features[:, AT["name equal"]] == 3) & ~right
    left_out = namesake & ~by_lot(number[links.query] ^ links.key, NAMESAKES_KEPT)
    kept = ~(right & hidden[links.query] | left_out)
    links, right = links.take(kept), right[kept]
    return links, clusters(links, theirs.firms), right, number


def _right(
    world: World, query_of: pl.Series, query: np.ndarray, recipient: np.ndarray
) -> np.ndarray:
    """Whether each link joins a recipient that is right for an award of its query."""
    hashes = pl.from_arrow(world.recipients["recipient_hash"])
    place = pl.DataFrame({"recipient_hash": hashes}).with_row_index("recipient")
    truth = pl.from_arrow(world.truth).drop_nulls("recipient_hash").join(place, "recipient_hash")
    asked = query_of.gather(truth["award_row"]).to_numpy().astype(np.int64)
    answers = asked << 32 | truth["recipient"].to_numpy().astype(np.int64)
    return np.isin(query << 32 | recipient, answers)


def _absent(world: World, query_of: pl.Series, count: int) -> np.ndarray:
    """Whether no award of a query has a right recipient."""
    truth = pl.from_arrow(world.truth).drop_nulls("recipient_hash")
    absent = np.ones(count, np.bool_)
    absent[query_of.gather(truth["award_row"].unique()).to_numpy()] = False
    return absent


if __name__ == "__main__":
    train([make_world(AWARDS, RECIPIENTS, seed, mild_mixture()) for seed in SEEDS])
