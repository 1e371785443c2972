ruleset "test" do
  network "commons" do
    open_to :anyone
  end
  tunnel "web" do
    entry { socks }
    relay 3
  end
  tunnel("spare") { relay 5 }
  fastest "safe", of: %w[web spare], tolerance: 20.kib
  routes do
    to("web") { otherwise }
  end
end
