"""Learn the shipped evidence model from a synthetic world and its truth.

    python tools/default_model.py

The world is milder than the suite's own in one way: far fewer different firms of one name, because
states register a name once. A share of the awards has its firm taken away, so that absence is
learned. The model is written to src/proofbook/matching/models.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl

from proofbook.matching.by_name import TRAINING_QUERIES
from proofbook.matching.candidates import find, rarity
from proofbook.matching.evidence import AT
from proofbook.matching.learning import learn, save
from proofbook.matching.lexicon import Vocabulary, mix
from proofbook.matching.links import Links, clusters, link, strongest
from proofbook.matching.names import select
from proofbook.matching.prepare import prepare_awards, prepare_recipients
from proofbook.matching.sides import Side
from proofbook.sources.recipients import open_recipients
from proofbook.sources.synthetic import World, make_world
from proofbook.sources.synthetic.mixture import Mixture, default_mixture

AWARDS, RECIPIENTS, SEED = 80_000, 300_000, 21
MILDER = (
    ("firms", "twin", 0.01),
    ("firms", "moved", 0.20),
    ("links", "absent_with_twin", 0.001),
    ("recipients", "no_zip", 0.30),
)
ABSENT = 0.30
#: Shares kept of namesakes in other states and of firms that moved to another one. In the synthetic
#: world 15 % of absent firms have a namesake and 12 % of present ones moved; in the published real
#: world 0.5 % and 2 %. Larger real lists have more namesakes, so the middle is taken.
NAMESAKES, MOVERS = 0.15, 0.35
MODELS = Path(__file__).parents[1] / "src" / "proofbook" / "matching" / "models"


def mild_mixture() -> Mixture:
    """The default mixture with fewer twins, more movers, and fewer ZIP codes."""
    raw = default_mixture().model_dump()
    for section, name, value in MILDER:
        if name not in raw[section]:
            raise KeyError(f"the mixture has no share {section}.{name}")
        raw[section][name] = {"value": value, "source": "chosen for the default evidence model"}
    return Mixture.model_validate(raw)


def train(world: World) -> None:
    """Learn from the names and places of a world alone, and save the model."""
    vocabulary = Vocabulary()
    theirs = prepare_recipients(open_recipients(world.recipients), vocabulary)
    ours = prepare_awards(world.awards, vocabulary)
    queries = ours.queries
    number = mix(queries.identity)
    chosen = np.sort(np.argsort(number, kind="stable")[:TRAINING_QUERIES])
    rows = np.flatnonzero(np.isin(queries.names.owner, chosen))
    asked = Side(select(queries.names, rows), queries.places.take(rows), queries.identity)
    idf = rarity(theirs.side.names, vocabulary)
    pairs = find(asked, theirs.side, idf, vocabulary)
    links = strongest([link(asked, theirs.side, pairs, idf, vocabulary)])
    links = links.take(np.lexsort((links.identity, links.query)))
    right = _right(world, ours.rows["query"], links.query, links.recipient)
    absent = _absent(world, ours.rows["query"], len(number))
    more = max(0.0, (ABSENT - absent[chosen].mean()) / (1 - absent[chosen].mean()))
    hidden = (mix(number) % np.uint64(1000)) < np.uint64(1000 * more)
    kept = ~(right & hidden[links.query]) & ~_too_many(links, right, number)
    links, right = links.take(kept), right[kept]
    firm = clusters(links, theirs.firms)
    model = learn(links, firm, right, number[links.query], seed=0)
    save(model, MODELS)


def _too_many(links: Links, right: np.ndarray, number: np.ndarray) -> np.ndarray:
    """Links that are commoner in the synthetic world than in a real one, and left out for that.

    Wrong ones that bear the award's very name in another state, and all links of queries whose
    firm is in another state: see NAMESAKES and MOVERS.
    """
    away = links.features[:, AT["state"]] == 0
    lot = (mix(mix(number)[links.query] ^ links.identity) % np.uint64(1000)).astype(float) / 1000
    namesake = away & ~right & (links.features[:, AT["name equal"]] >= 1) & (lot > NAMESAKES)
    at_home = np.unique(links.query[right & ~away])
    moved = np.setdiff1d(np.unique(links.query[right & away]), at_home)
    lots = (mix(mix(number)) % np.uint64(1000)).astype(float) / 1000
    return namesake | np.isin(links.query, moved[lots[moved] > MOVERS])


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
    train(make_world(AWARDS, RECIPIENTS, SEED, mild_mixture()))
