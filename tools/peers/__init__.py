"""Other ways to link the same awards and recipients, measured side by side with proofbook.

A world is made or given; `prepare` joins identifiers once and writes what is left as distinct
names with places; each peer answers with its five best recipients for every such question, in a
fresh process that `process` measures; `quality` holds the answers against truth, each peer at the
threshold that suits it best; `table` shows it all. ``python -m peers --help`` tells the rest.
"""
