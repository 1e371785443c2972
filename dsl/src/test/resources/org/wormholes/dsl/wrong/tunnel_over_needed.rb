ruleset "test" do
  network "a"
  network "b"
  tunnel "web" do
    entry { socks }
    relay 3
  end
end
