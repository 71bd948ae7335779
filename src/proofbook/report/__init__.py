"""Reports of a run, all drawn from its RunResult: HTML, figures, JUnit, Markdown."""
