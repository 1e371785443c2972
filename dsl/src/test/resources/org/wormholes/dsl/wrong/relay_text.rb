ruleset "test" do
  network "commons" do
    open_to :anyone
  end
  tunnel "web", over: "commons" do
    entry { socks }
    relay "three"
  end
end
