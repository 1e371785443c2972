ruleset "test" do
  network "commons" do
    open_to :anyone
  end
  tunnel "web", over: "commons" do
    entry { socks host: "127.0.0.1:1080" }
    relay 3
  end
end
