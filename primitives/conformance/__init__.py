"""What every robot must do, as tests: `pytest --pyargs primitives.conformance --robot NAME|FILE [--hardware-ok]`.

NAME is an environment (`codepolicy.environments`), FILE a robot file. The report at the end is a table in Markdown.
Rows that move the robot are skipped on hardware without `--hardware-ok`.
"""
