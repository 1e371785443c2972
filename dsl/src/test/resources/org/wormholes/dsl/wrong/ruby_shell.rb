ruleset "test", version: `git describe` do
end
