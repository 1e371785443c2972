ruleset "test" do
  network "commons" do
    open_to :anyone
  end
  tunnel "web", over: "commons" do
    entry { socks }
    relay 3
  end
  routes do
    to("web") { time.in? "08:00".."08:00" }
  end
end
