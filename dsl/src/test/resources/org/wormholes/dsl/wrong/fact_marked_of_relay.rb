ruleset "test" do
  network "commons" do
    open_to :anyone
  end
  tunnel "web" do
    entry { socks }
    relay 3 do
      only { marked? "streaming" }
    end
  end
end
