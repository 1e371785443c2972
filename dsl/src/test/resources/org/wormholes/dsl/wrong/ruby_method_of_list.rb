ruleset "test" do
  network "commons" do
    open_to :anyone
  end
  tunnel "web", over: "commons" do
    entry { socks port: [1080, 1081].shuffle.first }
    relay 3
  end
end
