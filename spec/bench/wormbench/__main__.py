"""Entry point of `spec/bench/run`."""

from wormbench.main import main

main()
