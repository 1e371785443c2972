ruleset "test" do
  network "commons" do
    open_to :anyone
  end
  tunnel "web", over: "commons" do
    entry { socks }
    relay 3
    exit do
      refuse { address == "10.0.0.0/8" }
    end
  end
end
