ruleset "wrong" do
  tor "tor" do
    entry { socks port: 9150 }
  end
  i2p "i2p" do
    through "tor"
  end
end
