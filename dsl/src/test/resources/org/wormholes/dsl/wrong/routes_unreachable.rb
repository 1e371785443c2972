ruleset "test" do
  network "commons" do
    open_to :anyone
  end
  tunnel "web", over: "commons" do
    entry { socks }
    relay 3
  end
  routes do
    to("web") { otherwise }
    refuse { host.under? "ads.example" }
    to("wbe") { port == 1 }
  end
end
