1000.times { |a| 1000.times { |b| x = a + b } }
ruleset "test" do
  network "commons" do
    open_to :anyone
  end
  tunnel "web", over: "commons" do
    entry { socks }
    relay 3
  end
end
