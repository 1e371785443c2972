ruleset "test" do
  network "commons" do
    open_to :anyone
  end
  tunnel "web", over: "commons" do
    entry { socks }
    relay 3
    exit do
      refuse { address.in? "10.0.0.1/8" }
    end
  end
end
