"""The peers: a module each, with one function ``run(awards, recipients)``.

Both arguments are paths of Parquet files of distinct names with places (see `peers.prepare`), with
the columns ``question`` or ``recipient`` (a number), ``name``, ``city``, ``state``, ``zip5``. The
answer is an Arrow table ``question``, ``recipient``, ``score`` (higher is likelier) with the five
best recipients of every question, or fewer.
"""

#: How many recipients a peer names for a question.
TOP = 5
