ruleset "test" do
end
