ruleset "test" do
  network "commons" do
    open_to :anyone
  end
  tunnel "web", over: "commons" do
    entry { socks }
    relay 3
  end
  routes do
    to("web") { host.listed? "adds.txt" }
  end
end
