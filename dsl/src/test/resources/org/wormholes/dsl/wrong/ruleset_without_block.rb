ruleset "test"
