ruleset "x" do
  network "n"
  tunnel "web", over: "n" do
    relay 3
    publish 8080, as: "blog", only: ["friend"]
  end
end
