ruleset "test" do
  network "commons" do
    open_to :anyone
  end
  tunnel "web" do
    entry { socks }
    relay 3
  end
  tunnel("spare") { relay 5 }
  routes do
    mark("streaming") { port == 443 }
    to("web") { marked? }
  end
end
