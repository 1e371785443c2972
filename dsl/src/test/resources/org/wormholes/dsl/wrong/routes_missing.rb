ruleset "test" do
  network "commons" do
    open_to :anyone
  end
  tunnel "a", over: "commons" do
    entry { socks }
    relay 3
  end
  tunnel "b", over: "commons" do
    relay 3
  end
end
