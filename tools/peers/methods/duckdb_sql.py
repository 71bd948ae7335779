"""Pure SQL in DuckDB: rare words and prefixes as keys, rarity of shared words as the score.

DuckDB documents no method of linkage, only its parts: joins on equality, which it hashes and
spreads over all cores ("Join Operations" in its performance guide), list functions, and
``jaro_winkler_similarity`` ("Text Functions", text similarity). The method made of them here:
candidates share one of the two rarest words, or the whole name, or state and five letters, or ZIP
code and two letters, or the address; the score is the cosine of inverse document frequencies or the
Jaro-Winkler similarity of the joined names, whichever is higher, and the place. Of five such scores
it was the best on the default world.
"""

from __future__ import annotations

from pathlib import Path

import duckdb
import pyarrow as pa

from peers.methods import TOP

#: A word is a key while at most that many recipients bear it.
COMMON = 3000

_SQL = f"""
CREATE TEMP TABLE word_q AS
    SELECT DISTINCT question, unnest(string_split(name, ' ')) AS word FROM q;
CREATE TEMP TABLE word_r AS
    SELECT DISTINCT recipient, unnest(string_split(name, ' ')) AS word FROM r;
CREATE TEMP TABLE rarity AS
    SELECT word, row_number() OVER (ORDER BY word) AS id, count(*) AS df,
           ln((SELECT count(*) FROM r) / count(*)) AS idf
    FROM word_r GROUP BY word;
CREATE TEMP TABLE norm_q AS
    SELECT question, sum(coalesce(idf, 12) ** 2) AS norm
    FROM word_q LEFT JOIN rarity USING (word) GROUP BY question;
CREATE TEMP TABLE idf_q AS
    SELECT question, id, idf, df,
           row_number() OVER (PARTITION BY question ORDER BY df, id) AS nth
    FROM word_q JOIN rarity USING (word);
CREATE TEMP TABLE idf_r AS
    SELECT recipient, id, idf FROM word_r JOIN rarity USING (word)
    WHERE id IN (SELECT id FROM idf_q);
CREATE TEMP TABLE norm_r AS
    SELECT recipient, sum(idf ** 2) AS norm FROM word_r JOIN rarity USING (word) GROUP BY recipient;
CREATE TEMP TABLE pair AS
    SELECT question, recipient FROM idf_q JOIN idf_r USING (id) WHERE nth <= 2 AND df <= {COMMON}
    UNION
    SELECT question, recipient FROM q JOIN r USING (name)
    UNION
    SELECT question, recipient FROM q JOIN r ON q.state = r.state AND q.name[:5] = r.name[:5]
    UNION
    SELECT question, recipient FROM q JOIN r ON q.zip5 = r.zip5 AND q.name[:2] = r.name[:2]
    UNION
    SELECT question, recipient FROM q JOIN r ON q.zip5 = r.zip5 AND q.street = r.street;
CREATE TEMP TABLE shared AS
    SELECT question, recipient, sum(idf_q.idf ** 2) AS dot
    FROM pair JOIN idf_q USING (question) JOIN idf_r USING (recipient, id) GROUP BY ALL;
CREATE TEMP TABLE scored AS
    SELECT question, recipient,
           greatest(coalesce(dot, 0) / sqrt(norm_q.norm * norm_r.norm),
                    (jaro_winkler_similarity(replace(q.name, ' ', ''), replace(r.name, ' ', ''))
                     - 0.5) * 2) AS alike,
           CASE WHEN q.zip5 = r.zip5 AND q.street = r.street THEN 0.60
                WHEN q.zip5 = r.zip5 THEN 0.30 WHEN q.city = r.city AND q.state = r.state THEN 0.25
                WHEN q.state = r.state THEN 0.15
                WHEN q.state IS NULL OR r.state IS NULL THEN 0 ELSE -0.15 END AS place
    FROM pair JOIN q USING (question) JOIN r USING (recipient)
    JOIN norm_q USING (question) JOIN norm_r USING (recipient)
    LEFT JOIN shared USING (question, recipient);
"""

_BEST = f"""
SELECT question, recipient, alike + place AS score FROM scored
QUALIFY row_number() OVER (PARTITION BY question ORDER BY score DESC, recipient) <= {TOP}
ORDER BY question, score DESC, recipient
"""


def run(awards: Path, recipients: Path) -> pa.Table:
    """The recipients with the highest score among those that share a key."""
    with duckdb.connect() as connection:
        connection.execute(f"CREATE TEMP TABLE q AS FROM read_parquet('{awards}')")
        connection.execute(f"CREATE TEMP TABLE r AS FROM read_parquet('{recipients}')")
        connection.execute(_SQL)
        return connection.sql(_BEST).to_arrow_table()
