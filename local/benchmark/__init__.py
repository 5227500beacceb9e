"""LOCAL, benchmark: 70,000 notebooks, measured: the app beside what people use instead.

`python -m local.benchmark` measures on the one-machine stack and writes the page
docs/benchmarks.md, with pictures and the raw numbers that page and pictures are drawn
from. A benchmark is not a test: nothing here is asserted, what is missed is shown.
"""
