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
    refuse { host.listed? "adblock.txt" }
    to("web") { otherwise }
  end
end
