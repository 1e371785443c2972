ruleset "wrong" do
  tor "a" do
    entry { socks port: 9150 }
  end
  i2p "b" do
    entry { socks port: 9150 }
  end
  routes { to("a") { otherwise } }
end
