ruleset "test" do
  network "commons" do
    open_to :anyone
  end
  tunnel "web", over: "commons" do
    entry { socks port: (Integer("x") rescue 1080) }
    relay 3
  end
end
