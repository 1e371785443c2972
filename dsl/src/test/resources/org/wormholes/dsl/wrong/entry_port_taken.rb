ruleset "test" do
  network "commons" do
    open_to :anyone
  end
  tunnel "web", over: "commons" do
    entry do
      socks port: 1080
      http  port: 1080
    end
    relay 3
  end
end
