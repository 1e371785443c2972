ruleset "test" do
  network "commons" do
    open_to :anyone
  end
  tunnel "web", over: "commons" do
    entry { socks }
    relay 3 do
      only { if country = "DE" then true else false end }
    end
  end
end
