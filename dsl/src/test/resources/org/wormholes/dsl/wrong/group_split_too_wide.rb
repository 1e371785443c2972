ruleset "test" do
  network "commons" do
    open_to :anyone
  end
  tunnel "web" do
    entry { socks }
    relay 3
  end
  tunnel("spare") { relay 5 }
  split "safe", of: %w[web spare], circuits: 5
  routes do
    to("web") { otherwise }
  end
end
