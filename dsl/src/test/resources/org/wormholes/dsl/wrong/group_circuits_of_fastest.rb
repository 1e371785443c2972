ruleset "test" do
  network "commons" do
    open_to :anyone
  end
  tunnel "web" do
    entry { socks }
    relay 3
  end
  tunnel("spare") { relay 5 }
  fastest "safe", of: %w[web spare], circuits: 3
  routes do
    to("web") { otherwise }
  end
end
