ruleset "x" do
  network "n"
  tunnel "web", over: "n" do
    relay 3
    publish 80, as: "blog"
    publish 81, as: "blog"
  end
end
