LIMIT = 80.ms
ruleset "test" do
  network "commons" do
    open_to :anyone
  end
  tunnel "web", over: "commons" do
    entry { socks }
    relay 3 do
      only { latency < LIMITS }
    end
  end
end
