ruleset "wrong" do
  tor "web" do
    entry { socks port: 9150 }
  end
  i2p "web"
end
