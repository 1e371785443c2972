"""The benchmark of section "Speed": one machine, one run, every path loaded by the same two programs."""
