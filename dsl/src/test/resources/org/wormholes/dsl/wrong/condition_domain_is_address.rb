ruleset "test" do
  network "commons" do
    open_to :anyone
  end
  tunnel "web", over: "commons" do
    entry { socks }
    relay 3
  end
  routes do
    to("web") { host.under? "192.0.2.1" }
  end
end
