ruleset "test" do
  tunnel "web", over: "commons" do
    entry { socks }
    relay 3
  end
end
