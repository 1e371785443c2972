ruleset "test" do
  network "commons" do
    open_to :anyone
  end
  tunnel "web", over: "commons" do
    entry do
      port = 1080
      while port < 1090
        socks port: port
        port += 1
      end
    end
    relay 3
  end
end
