ruleset "test" do
  network "commons" do
    open_to :anyone
  end
  tunnel "web", over: "commons" do
    entry { socks port: ENV["PORT"].to_i }
    relay 3
  end
end
