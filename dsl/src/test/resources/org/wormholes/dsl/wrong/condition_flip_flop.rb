ruleset "test" do
  network "commons" do
    open_to :anyone
  end
  tunnel "web", over: "commons" do
    entry { socks }
    relay 3
  end
  routes do
    to("web") { if "22:00".."06:00" then true else false end }
  end
end
