ruleset "test" do
  tunnel "web" do
    relay 3 +
  end
end
