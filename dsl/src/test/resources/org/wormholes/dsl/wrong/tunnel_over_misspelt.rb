ruleset "test" do
  network "commons" do
    open_to :anyone
  end
  tunnel "web", ovr: "commons" do
    entry { socks }
    relay 3
  end
end
