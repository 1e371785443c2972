ruleset "x" do
  network "n"
  tor "onions"
  i2p "garlic"
  upstream("office") { socks "192.0.2.1:1080" }
  tunnel "web", over: "n" do
    relay 3
    publish 80, as: "a", on: ["onion"]
    publish 80, as: "b", on: ["onions", "office"]
    publish 80, as: "c", on: ["garlic"], only: ["a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2"]
  end
  tunnel "far", over: "n" do
    relay 3
    publish 81, as: "b", on: ["onions"]
  end
end
