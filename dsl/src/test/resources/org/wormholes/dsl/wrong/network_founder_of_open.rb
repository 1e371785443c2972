ruleset "r" do
  network "commons" do
    open_to :anyone
    founder "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
  end
  tunnel "web" do
    entry { socks port: 1080 }
    relay 1
  end
end
