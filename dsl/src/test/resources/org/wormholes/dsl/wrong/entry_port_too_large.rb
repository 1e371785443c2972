ruleset "test" do
  network "commons" do
    open_to :anyone
  end
  tunnel "web", over: "commons" do
    entry { socks port: 70_000 }
    relay 3
  end
end
