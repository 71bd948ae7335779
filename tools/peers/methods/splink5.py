"""Splink 5 on DuckDB: a Fellegi-Sunter model, trained without labels.

Set up as its documentation's example for firms does ("Matching businesses", business_rates_match):
``link_only``; names as lists of words with their frequencies, computed over both sides together;
levels of the product of the frequencies of shared words; keys of blocking from the two rarest words
(those below 1 %), the place, and the whole name. Its other advice followed here: frames go through
``api.register`` (version 5); the share of matches from deterministic rules, u by random sampling
with a seed, m by expectation maximisation on two different rules with ``max_pairs`` (tutorial,
"Estimating model parameters"); adjustment for term frequencies of cities and states ("Term
frequency adjustments"); Jaro-Winkler levels for names ("Choosing comparators"). Splink has no
top-k: the five best are taken from its predictions in SQL.
"""

from __future__ import annotations

from pathlib import Path

import duckdb
import pyarrow as pa
import splink.comparison_level_library as cll
import splink.comparison_library as cl
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

from peers.methods import TOP

_PREPARE = """
CREATE TABLE every AS
    SELECT 'q' AS side, question AS unique_id, * EXCLUDE (question) FROM read_parquet('{awards}')
    UNION ALL BY NAME
    SELECT 'r' AS side, recipient AS unique_id, * EXCLUDE (recipient)
    FROM read_parquet('{recipients}');
CREATE TABLE word AS
    SELECT DISTINCT side, unique_id, unnest(string_split(name, ' ')) AS token FROM every;
CREATE TABLE frequency AS
    SELECT token, (count(*) / (SELECT count(*) FROM word))::FLOAT AS rel_freq
    FROM word GROUP BY token;
CREATE TABLE words AS
    SELECT side, unique_id,
           list({{'token': token, 'rel_freq': rel_freq}} ORDER BY rel_freq, token) AS tokens,
           list(token ORDER BY rel_freq, token) FILTER (rel_freq < 0.01) AS rare
    FROM word JOIN frequency USING (token) GROUP BY ALL;
CREATE TABLE prepared AS
    SELECT * EXCLUDE (rare), rare[1] AS rarest, rare[2] AS next_rarest,
           replace(name, ' ', '') AS letters
    FROM every JOIN words USING (side, unique_id);
CREATE TABLE questions AS SELECT * EXCLUDE (side) FROM prepared WHERE side = 'q';
CREATE TABLE recipients AS SELECT * EXCLUDE (side) FROM prepared WHERE side = 'r';
DROP TABLE every; DROP TABLE word; DROP TABLE words; DROP TABLE prepared;
"""

_SHARED = """
list_reduce(list_concat([1.0::FLOAT], list_transform(
    list_intersect(tokens_l, tokens_r), lambda x: x.rel_freq)), lambda p, q: p * q)
"""


def _names() -> cl.CustomComparison:
    """Levels of names: equal, nearly the same letters, ever less rare words in common."""
    return cl.CustomComparison(
        output_column_name="name",
        comparison_levels=[
            cll.NullLevel("name"),
            cll.ExactMatchLevel("name", term_frequency_adjustments=True),
            cll.JaroWinklerLevel("letters", 0.97),
            cll.CustomLevel(f"{_SHARED} < 1e-8", "shared words < 1e-8"),
            cll.JaroWinklerLevel("letters", 0.92),
            cll.CustomLevel(f"{_SHARED} < 1e-6", "shared words < 1e-6"),
            cll.JaroWinklerLevel("letters", 0.85),
            cll.CustomLevel(f"{_SHARED} < 1e-4", "shared words < 1e-4"),
            cll.ElseLevel(),
        ],
    )


def _places() -> cl.CustomComparison:
    """One comparison for what depends on each other, as `PostcodeComparison` nests its areas."""
    return cl.CustomComparison(
        output_column_name="place",
        comparison_levels=[
            cll.And(cll.NullLevel("zip5"), cll.NullLevel("city"), cll.NullLevel("state")),
            cll.ExactMatchLevel("zip5", term_frequency_adjustments=True),
            cll.CustomLevel("city_l = city_r AND state_l = state_r", "same city"),
            cll.CustomLevel("substr(zip5_l, 1, 3) = substr(zip5_r, 1, 3)", "same area"),
            cll.ExactMatchLevel("state", term_frequency_adjustments=True),
            cll.ElseLevel(),
        ],
    )


_SETTINGS = SettingsCreator(
    link_type="link_only",
    comparisons=[
        _names(),
        _places(),
        cl.ExactMatch("street"),
    ],
    blocking_rules_to_generate_predictions=[
        block_on("name"),
        block_on("zip5", "substr(name, 1, 2)"),
        block_on("zip5", "street"),
        block_on("state", "substr(name, 1, 5)"),
        block_on("rarest"),
        block_on("next_rarest"),
        "l.rarest = r.next_rarest",
        "l.next_rarest = r.rarest",
    ],
    retain_matching_columns=False,
    retain_intermediate_calculation_columns=False,
)


def run(awards: Path, recipients: Path) -> pa.Table:
    """The recipients with the highest match weight among those that share a key."""
    with duckdb.connect() as connection:
        connection.execute(_PREPARE.format(awards=awards, recipients=recipients))
        api = DuckDBAPI(connection=connection)
        sides = [
            api.register(side, dataset_display_name=f"{side}_of_{other}")
            for side, other in (("questions", "awards"), ("recipients", "usaspending"))
        ]
        linker = Linker(sides, _SETTINGS)
        linker.training.estimate_probability_two_random_records_match(
            [block_on("name", "state"), block_on("letters", "zip5")], recall=0.7
        )
        linker.training.estimate_u_using_random_sampling(max_pairs=1e7, seed=1)
        for rule in (block_on("zip5"), block_on("name")):
            linker.training.estimate_parameters_using_expectation_maximisation(rule, max_pairs=1e7)
        pairs = linker.inference.predict(threshold_match_weight=-20)
        return connection.sql(
            f"""
            SELECT unique_id_l AS question, unique_id_r AS recipient, match_weight AS score
            FROM {pairs.physical_name}
            QUALIFY row_number() OVER (
                PARTITION BY question ORDER BY score DESC, recipient) <= {TOP}
            ORDER BY question, score DESC, recipient
            """
        ).to_arrow_table()
